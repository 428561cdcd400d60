import { html } from 'hono/html'
import type { Text } from '../text.ts'
import type { PageSite, PageView } from '../view.ts'
import { smallFace } from './face.ts'
import { type Html, live, nothing } from './html.ts'

/** Of one site its name; of several, a choice among them. */
export function siteChooser(view: PageView): Html {
  const { text, sites, site, layout, link } = view
  const { words } = text
  if (sites.length < 2) return html`<h1>${site === '' ? words.counter : site}</h1>`
  const options = sites.map(
    ({ name }) =>
      html`<option value="${name}"${name === site && layout !== 'all' ? html` selected` : nothing}>${name}</option>\n`,
  )
  const isAll = layout === 'all'
  const all = isAll ? html`<option value="" selected>${words.allSites}</option>\n` : nothing
  return html`<h1 class="unseen">${isAll ? words.allSites : site}</h1>
<form id="sites"><label class="unseen" for="site-choice">${words.site}</label>
<select id="site-choice" name="site">
${all}${options}</select><noscript><button>${words.show}</button></noscript></form>
${isAll ? nothing : html`<a href="${link({ all: '1', site: undefined })}">${words.allSites}</a>`}`
}

/** A small face for each site. */
export function overviewSection({ text, sites, link }: PageView): Html {
  const items = sites.map(
    (site, index) =>
      html`<li><a href="${link({ site: site.name, all: undefined })}"><span class="name">${site.name}</span>
<span${live(`site-${index}`)}>${smallFace(site.reading?.value, site.reading?.stale ?? false, spoken(text, site))}<span class="label">${site.reading === undefined ? text.words.noNumber : text.label(site.reading)}</span>${state(text, site)}</span></a></li>\n`,
  )
  return html`<ul class="overview">
${items}</ul>`
}

function spoken(text: Text, { reading }: PageSite): string {
  return reading === undefined ? text.words.noNumber : text.count(reading.value)
}

function state(text: Text, { status }: PageSite): Html {
  if (status.condition === 'ok') return nothing
  return html`<strong class="trouble">${text.words.short[status.condition]}</strong>`
}
