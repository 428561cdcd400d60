import { html } from 'hono/html'
import { type Metric, metrics, periods } from '../../../reading.ts'
import { keyOf } from '../../readings/round.ts'
import { fill, type Text } from '../text.ts'
import type { PageView } from '../view.ts'
import { current, type Html, live, nothing } from './html.ts'

/** Today, beside the same time of yesterday and of a week ago. */
export function todaySection(view: PageView): Html {
  const { text, counts, reading, earlier } = view
  const metric = reading?.metric
  const today = counts.find((count) => count.metric === metric && count.period === 'today')
  if (metric === undefined || today === undefined) return nothing
  const { sameAsYesterday, thanYesterday, sameAsLastWeek, thanLastWeek } = text.words
  const differences = [
    differenceWords(text, today.value, earlier.yesterday, sameAsYesterday, thanYesterday),
    differenceWords(text, today.value, earlier.weekAgo, sameAsLastWeek, thanLastWeek),
  ].filter((words) => words !== undefined)
  return html`<section class="today"${live('today')}>
<p class="figure">${text.plural(text.words.today[metric], today.value)}</p>
${differences.map((words) => html`<p class="difference">${words}</p>\n`)}</section>`
}

function differenceWords(
  text: Text,
  now: number,
  then: number | undefined,
  same: string,
  than: string,
): string | undefined {
  if (then === undefined) return undefined
  return now === then ? same : fill(than, { difference: text.difference(now - then) })
}

/** A row of visitors and a row of views: what the face shows is chosen here. */
export function countsSection(view: PageView): Html {
  const { text, counts } = view
  const inRows = counts.filter(({ period }) => period !== 'online')
  if (counts.length === 0) return nothing
  const rows = metrics.filter((metric) => inRows.some((count) => count.metric === metric))
  return html`<section class="counts" aria-labelledby="counts"><h2 id="counts" class="unseen">${text.words.choose}</h2>
${rows.map((metric) => row(view, metric))}${online(view)}</section>`
}

function row(view: PageView, metric: Metric): Html {
  const { text, counts } = view
  const { words } = text
  const items = periods.flatMap((period) => {
    const count = counts.find((each) => each.metric === metric && each.period === period)
    if (count === undefined || period === 'online') return []
    return [
      html`<li>${choice(view, count, html`<span class="name">${words.periods[period]}</span> <data data-count="${keyOf(count)}" value="${count.value}">${text.count(count.value)}</data>`)}</li>\n`,
    ]
  })
  const first = counts.find((each) => each.metric === metric)
  const heading = (first && text.ownLabel(first)) ?? words.metrics[metric]
  return html`<div class="row"><h3 id="row-${metric}">${heading}</h3>
<ul aria-labelledby="row-${metric}">
${items}</ul></div>`
}

function online(view: PageView): Html {
  const count = view.counts.find(({ period }) => period === 'online')
  if (count === undefined) return nothing
  const words = view.text.plural(view.text.words.online, count.value)
  return html`<p class="online">${choice(view, count, html`<span class="dot${count.value > 0 ? ' on' : ''}" aria-hidden="true"></span><span${live('online')}>${words}</span>`)}</p>`
}

function choice(
  { link, reading, site }: PageView,
  count: PageView['counts'][number],
  content: Html,
): Html {
  const isCurrent = reading !== undefined && keyOf(count) === keyOf(reading)
  const address = link({ show: keyOf(count), site, metric: undefined, period: undefined })
  return html`<a href="${address}"${current(isCurrent)}>${content}</a>`
}
