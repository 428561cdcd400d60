import { html, raw } from 'hono/html'
import { toSegments } from '../../device/face/font.ts'
import { dashes } from '../../device/face/number.ts'
import { label } from '../../reading.ts'
import type { AgedReading } from '../readings/aged-reading.ts'
import type { SeriesPoint } from '../readings/series.ts'
import { countSegments, facePaths, leastDigits, marked } from './face-paths.ts'
import { aboutWords, countWords, dayWords, freshnessWords } from './words.ts'

/** What the page shows. */
export interface PageView {
  /** All sites; the one that is shown is named as `site`. */
  readonly sites: readonly string[]
  readonly site: string
  /** Name of the plugin. */
  readonly source: string
  /** The large one; undefined while nothing has been read. */
  readonly reading: AgedReading | undefined
  readonly counts: readonly AgedReading[]
  /** Of the last days; undefined where the plugin keeps none. */
  readonly days: readonly SeriesPoint[] | undefined
  /** Only the face, for a screen on a wall. */
  readonly kiosk: boolean
}

/** Addresses of what the page loads, relative to it. */
export interface PageAssets {
  readonly script: string
  readonly style: string
  readonly icon: string
}

type Html = ReturnType<typeof html>

/** The page as it is right now; its script keeps it so. */
export function pageDocument(view: PageView, assets: PageAssets): Html {
  const { site, reading, kiosk } = view
  const title = reading === undefined ? 'Visitor counter' : `${label(reading)} · ${site}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${assets.icon}">
<link rel="stylesheet" href="${assets.style}">
<script type="module" src="${assets.script}"></script>
<noscript><meta http-equiv="refresh" content="60"></noscript>
</head>
<body class="${kiosk ? 'kiosk' : 'full'}">
<main>
${face(view)}
${kiosk ? '' : html`${counts(view)}${chart(view)}${siteChoice(view)}`}
<p id="said" class="unseen" role="status"></p>
</main>
</body>
</html>
`
}

function face({ reading, site, source }: PageView): Html {
  const segments =
    reading === undefined ? toSegments(dashes(leastDigits)) : countSegments(reading.value)
  const { width, height, lit, dark } = facePaths(marked(segments, reading?.stale === true))
  const spoken = reading === undefined ? 'No number yet' : countWords(reading.value)
  return html`<h1>${site === '' ? 'Visitor counter' : site}</h1>
<section class="face" aria-labelledby="label">
<svg id="face" viewBox="0 0 ${width} ${height}" role="img" aria-label="${spoken}"${data('reading', reading)}>
<path class="dark" d="${dark}"/><path class="lit" d="${lit}"/></svg>
<h2 id="label">${reading === undefined ? 'Nothing has been read yet' : label(reading)}</h2>
${
  reading === undefined
    ? html`<p id="about">The bridge is up and waits for the first number of the database.</p>`
    : html`<p id="about">From ${source}: ${aboutWords(reading)}; <span id="freshness">${freshnessWords(
        reading.age,
        reading.stale ? 'database' : undefined,
      )}</span></p>`
}
</section>`
}

function counts({ counts, reading }: PageView): Html {
  if (counts.length === 0) return html``
  const items = counts.map((count) => {
    const { metric, period, site, value } = count
    const address = `?${new URLSearchParams({ site, metric, period })}`
    const current = metric === reading?.metric && period === reading.period
    return html`<li><a href="${address}"${current ? raw(' aria-current="true"') : ''}><span>${label(count)}</span> <data data-count="${metric}.${period}" value="${value}">${countWords(value)}</data></a></li>\n`
  })
  return html`<section aria-labelledby="counts"><h2 id="counts">All counts</h2>
<ul class="counts">
${items}</ul></section>\n`
}

function chart({ days, reading }: PageView): Html {
  if (days === undefined || reading === undefined) return html``
  const heading = `${reading.metric === 'visitors' ? 'Visitors' : 'Views'} a day`
  const rows = days.map(
    ({ time, value }) =>
      html`<tr><th scope="row">${dayWords(time)}</th><td>${countWords(value)}</td></tr>\n`,
  )
  return html`<section aria-labelledby="days"><h2 id="days">${heading}, 30 days</h2>
<div id="chart" role="img" aria-label="Bars, one a day; the table below has their numbers"${data('days', days)}></div>
<p id="day" aria-hidden="true">&nbsp;</p>
<details><summary>As a table</summary>
<table><thead><tr><th scope="col">Day</th><th scope="col">${heading}</th></tr></thead>
<tbody id="table">
${rows}</tbody></table></details></section>\n`
}

function siteChoice({ sites, site }: PageView): Html {
  if (sites.length < 2) return html``
  const options = sites.map(
    (each) =>
      html`<option value="${each}"${each === site ? raw(' selected') : ''}>${each}</option>\n`,
  )
  return html`<form><label for="site">Site</label> <select id="site" name="site">
${options}</select> <button>Show</button></form>\n`
}

/** A value for the script of the page. */
function data(name: string, value: unknown): Html {
  return value === undefined ? html`` : html` data-${raw(name)}="${JSON.stringify(value)}"`
}
