import uPlot from 'uplot'
import { countWords, dayWords } from '../words.ts'
import { type Day, fetchDays, type PageReading, parseDays } from './documents.ts'

const everyMs = 60_000
const heightPx = 180

/** Between the lines of a count: 1, 2, 5, 10, 20 and so on. */
const countSteps = Array.from({ length: 15 }, (_, n) =>
  [1, 2, 5].map((step) => step * 10 ** n),
).flat()

/** Draws the last days, and keeps today's bar and the table true. */
export function startChart(reading: PageReading): void {
  const box = document.getElementById('chart')
  const table = document.getElementById('table')
  const words = document.getElementById('day')
  const given = box?.dataset['days']
  if (box === null || table === null || words === null || given === undefined) return
  let days = parseDays(given)

  const bars = uPlot.paths.bars?.({ size: [0.75] })
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: heightPx,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: (_, least, most) => [least - 0.6, most + 0.6] },
        y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] },
      },
      series: [
        {},
        {
          ...(bars && { paths: bars }),
          fill: () => color('--bar'),
          width: 0,
          points: { show: false },
        },
      ],
      axes: [
        {
          stroke: () => color('--quiet'),
          grid: { show: false },
          ticks: { show: false },
          incrs: [1, 2, 7, 14],
          space: 60,
          size: 28,
          values: (_, ticks) => ticks.map(shortDay),
        },
        {
          stroke: () => color('--quiet'),
          grid: { stroke: () => color('--line'), width: 1 },
          ticks: { show: false },
          incrs: countSteps,
          space: 40,
          size: 56,
          values: (_, ticks) => ticks.map(shortCount),
        },
      ],
      hooks: {
        setCursor: [
          ({ cursor }) => {
            const day = cursor.idx == null ? undefined : days[cursor.idx]
            words.textContent =
              day === undefined ? '\u00a0' : `${dayWords(day.time)}: ${countWords(day.value)}`
          },
        ],
      },
    },
    columns(days),
    box,
  )
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: heightPx })).observe(box)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw())

  setInterval(async () => {
    if (document.hidden) return
    days = await fetchDays(reading).catch(() => days)
    plot.setData(columns(days))
    table.replaceChildren(...days.map(tableRow))
  }, everyMs)
}

/** Days since 1970, so that one that is missing leaves a gap, and their counts. */
function columns(days: readonly Day[]): [number[], number[]] {
  return [
    days.map(({ time }) => Date.parse(`${time.slice(0, 10)}T00:00:00Z`) / 86_400_000),
    days.map(({ value }) => value),
  ]
}

function tableRow({ time, value }: Day): HTMLTableRowElement {
  const row = document.createElement('tr')
  const day = document.createElement('th')
  day.scope = 'row'
  day.textContent = dayWords(time)
  row.append(day)
  row.insertCell().textContent = countWords(value)
  return row
}

const shortDay = (day: number) =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    day * 86_400_000,
  )

const shortCount = (value: number) =>
  new Intl.NumberFormat('en', { notation: 'compact' }).format(value)

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name)
}
