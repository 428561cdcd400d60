import { html } from 'hono/html'
import { ranges } from '../options.ts'
import type { PageView } from '../view.ts'
import { current, data, type Html, nothing } from './html.ts'

/** The last days as bars, and as a table. */
export function chartSection({ text, days, reading, options, link }: PageView): Html {
  if (days === undefined || reading === undefined) return nothing
  const { chart } = text.words
  const heading = chart.heading[reading.metric]
  const choices = ranges.map(
    (range) =>
      html`<li><a href="${link({ days: String(range) })}" data-days="${range}"${current(range === options.days)}>${text.plural(chart.days, range)}</a></li>\n`,
  )
  const rows = days
    .slice(-options.days)
    .map(
      ({ time, value }) =>
        html`<tr><th scope="row" lang="${text.locale}">${text.day(time)}</th><td>${text.count(value)}</td></tr>\n`,
    )
  const adds = reading.unit !== 'visitors'
  return html`<section class="days" aria-labelledby="days"><div class="heading"><h2 id="days">${heading}</h2>
<ul class="ranges">${choices}</ul></div>
<div id="chart" role="img" tabindex="0" aria-label="${chart.explained}" aria-describedby="tip"${data('series', days)}${data('adds', adds)}></div>
<p id="tip" role="status" hidden></p>
<details><summary>${chart.table}</summary>
<table><thead><tr><th scope="col">${chart.day}</th><th scope="col">${heading}</th></tr></thead>
<tbody id="table">
${rows}</tbody></table></details></section>\n`
}
