import uPlot from 'uplot'
import { milestoneDays } from '../milestone-days.ts'
import { fill, type Text } from '../text.ts'
import { type Day, fetchDays, type PageReading, parseDays } from './documents.ts'

const everyMs = 60_000

/** Between the lines of a count: 1, 2, 5, 10, 20 and so on. */
const countSteps = Array.from({ length: 15 }, (_, n) =>
  [1, 2, 5].map((step) => step * 10 ** n),
).flat()

interface ChartOptions {
  readonly text: Text
  readonly days: number
}

/** What is drawn: one place a day, so that one that is missing leaves a gap. */
interface Drawn {
  /** Days since 1970. */
  readonly days: readonly number[]
  readonly values: readonly (number | undefined)[]
  /** Of as many days before. */
  readonly before: readonly (number | undefined)[]
  /** Key: place. */
  readonly milestones: ReadonlyMap<number, number>
}

/** Draws the last days, and keeps today's bar and the table true. */
export function startChart(reading: PageReading, { text, days: firstRange }: ChartOptions): void {
  const box = document.getElementById('chart')
  const table = document.getElementById('table')
  const tip = document.getElementById('tip')
  const given = box?.dataset['series']
  if (box === null || table === null || tip === null || given === undefined) return
  const adds = box.dataset['adds'] === 'true'
  let range = firstRange
  let drawn = arrange(parseDays(given), range, total())

  const isTouched = watchTouch(box)
  // Today's bar is not finished: it is pale, within an outline.
  const perBar = (today: string) => ({
    unit: 3 as const,
    values: () =>
      drawn.days.map((_, place) => color(place === drawn.days.length - 1 ? today : '--bar')),
  })
  const bars = uPlot.paths.bars?.({
    size: [0.7, 64],
    disp: { fill: perBar('--bar-today'), stroke: perBar('--bar') },
  })
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: false, y: false },
        bind: { mouseleave: (_, __, leave) => (event) => (isTouched() ? null : leave(event)) },
      },
      scales: {
        x: { time: false, range: (_, least, most) => [least - 0.6, most + 0.6] },
        y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.12)] },
      },
      series: [
        {},
        {
          ...(bars && { paths: bars }),
          fill: () => color('--bar'),
          stroke: () => color('--bar'),
          width: 2,
          points: { show: false },
        },
        { stroke: () => color('--before'), width: 1.5, points: { show: false } },
      ],
      axes: [
        {
          stroke: () => color('--quiet'),
          grid: { show: false },
          ticks: { show: false },
          splits: (_, __, least, most) =>
            ticks(Math.ceil(least), Math.floor(most), text.locale, box.clientWidth),
          size: 28,
          values: (_, days) => days.map((day) => text.shortDay(dateOf(day))),
        },
        {
          stroke: () => color('--quiet'),
          grid: { stroke: () => color('--line'), width: 1 },
          ticks: { show: false },
          incrs: countSteps,
          space: 40,
          size: 52,
          values: (_, counts) => counts.map((count) => text.shortCount(count)),
        },
      ],
      hooks: { setCursor: [({ cursor }) => tell(cursor.idx ?? undefined)], draw: [marks] },
    },
    columns(drawn),
    box,
  )

  function total(): number | undefined {
    const element = document.querySelector<HTMLDataElement>(
      `[data-count="${reading.metric}.total"]`,
    )
    return adds && element !== null ? Number(element.value) : undefined
  }

  /** Small marks above the days on which a total passed a round number. */
  function marks(plot: uPlot): void {
    const { ctx } = plot
    ctx.fillStyle = color('--mark')
    for (const place of drawn.milestones.keys()) {
      const x = plot.valToPos(drawn.days[place] ?? 0, 'x', true)
      const y = plot.valToPos(drawn.values[place] ?? 0, 'y', true) - 8 * devicePixelRatio
      const size = 4 * devicePixelRatio
      ctx.beginPath()
      ctx.moveTo(x, y - size)
      ctx.lineTo(x + size, y)
      ctx.lineTo(x, y + size)
      ctx.lineTo(x - size, y)
      ctx.fill()
    }
  }

  /** Says what there was on a day, beside its bar. */
  function tell(place: number | undefined): void {
    const value = place === undefined ? undefined : drawn.values[place]
    const day = place === undefined ? undefined : drawn.days[place]
    if (tip === null || place === undefined || day === undefined || value === undefined) {
      tip?.setAttribute('hidden', '')
      return
    }
    const { unfinished, before, milestone } = text.words.chart
    const earlier = drawn.before[place]
    const passed = drawn.milestones.get(place)
    const isToday = place === drawn.days.length - 1
    const words = [
      `${text.day(dateOf(day))}: ${text.count(value)}${isToday ? ` (${unfinished})` : ''}`,
      ...(earlier === undefined ? [] : [fill(before, { count: text.count(earlier) })]),
      ...(passed === undefined ? [] : [fill(milestone, { count: text.count(passed) })]),
    ]
    tip.textContent = words.join(' · ')
    tip.removeAttribute('hidden')
    const left = plot.valToPos(day, 'x') + plot.bbox.left / devicePixelRatio
    const most = (box?.clientWidth ?? 0) - tip.offsetWidth
    tip.style.setProperty('left', `${Math.max(0, Math.min(most, left - tip.offsetWidth / 2))}px`)
  }

  function show(days: readonly Day[]): void {
    drawn = arrange(days, range, total())
    plot.setData(columns(drawn))
    table?.replaceChildren(...days.slice(-range).map((day) => tableRow(day, text)))
  }

  const refresh = async () => {
    const wanted = range
    const days = await fetchDays(reading, 2 * wanted).catch(() => undefined)
    if (days !== undefined && wanted === range) show(days)
  }

  new ResizeObserver(() =>
    plot.setSize({ width: box.clientWidth, height: box.clientHeight }),
  ).observe(box)
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', () => plot.redraw())
  }
  startKeys(box, plot, () => drawn.days)
  startRanges(async (wanted) => {
    range = wanted
    await refresh()
  })
  setInterval(() => {
    if (!document.hidden) void refresh()
  }, everyMs)
}

/**
 * Whether a finger, and no mouse since, has pointed at the chart. A browser says after a tap that the mouse has left,
 * when there is a mouse and it rests elsewhere; what was tapped stays until another place is.
 */
function watchTouch(box: HTMLElement): () => boolean {
  let touched = false
  for (const name of ['pointerdown', 'pointermove'] as const) {
    box.addEventListener(name, ({ pointerType }) => {
      touched = pointerType === 'touch'
    })
  }
  return () => touched
}

/** The arrow keys go from one day to the next. */
function startKeys(box: HTMLElement, plot: uPlot, days: () => readonly number[]): void {
  box.addEventListener('keydown', (event) => {
    const last = days().length - 1
    const at = plot.cursor.idx ?? last + 1
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key]
    if (event.key === 'Escape') plot.setCursor({ left: -10, top: -10 })
    if (next === undefined) return
    event.preventDefault()
    const day = days()[Math.max(0, Math.min(last, next))]
    if (day !== undefined) plot.setCursor({ left: plot.valToPos(day, 'x'), top: 1 })
  })
  box.addEventListener('blur', () => plot.setCursor({ left: -10, top: -10 }))
}

/** How many days there are is chosen above the chart; the address remembers it. */
function startRanges(choose: (days: number) => Promise<void>): void {
  const links = document.querySelectorAll<HTMLAnchorElement>('.ranges a')
  for (const link of links) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      for (const each of links) each.removeAttribute('aria-current')
      link.setAttribute('aria-current', 'true')
      history.replaceState(null, '', link.href)
      void choose(Number(link.dataset['days']))
    })
  }
}

function arrange(known: readonly Day[], range: number, total: number | undefined): Drawn {
  const byDay = new Map(known.map((day) => [dayOf(day.time), day]))
  const today = Math.max(...byDay.keys())
  const days = Array.from({ length: range }, (_, index) => today - range + 1 + index)
  const values = days.map((day) => byDay.get(day)?.value)
  // A total says something of a day only while every day after it is known.
  const isWhole = values.every((value) => value !== undefined)
  return {
    days,
    values,
    before: days.map((day) => byDay.get(day - range)?.value),
    milestones:
      total === undefined || !isWhole
        ? new Map()
        : milestoneDays(
            values.filter((value) => value !== undefined),
            total,
          ),
  }
}

/** The days, and the period before. */
function columns({ days, values, before }: Drawn): uPlot.AlignedData {
  return [[...days], [...values], [...before]]
}

/** Days to name below the bars: the first of weeks, as the reader's region has them, as many as there is room for. */
function ticks(first: number, last: number, locale: string, widthPx: number): number[] {
  const most = Math.max(2, Math.floor(widthPx / 72))
  const days = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  if (days.length <= most) return days
  const start = firstDayOfWeek(locale)
  // 1970-01-01 was a Thursday, the fourth day of ISO weeks.
  const weeks = days.filter((day) => ((day + 3) % 7) + 1 === start)
  const step = Math.ceil(weeks.length / most)
  return weeks.filter((_, index) => (weeks.length - 1 - index) % step === 0)
}

/** 1 for Monday to 7 for Sunday; Monday where a browser does not know (Intl.Locale info, stage 4). */
function firstDayOfWeek(locale: string): number {
  const info: Intl.Locale & {
    getWeekInfo?: () => { firstDay: number }
    weekInfo?: { firstDay: number }
  } = new Intl.Locale(locale)
  return (info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 1
}

/** Days since 1970 of a site-local day. */
function dayOf(time: string): number {
  return Date.parse(`${time.slice(0, 10)}T00:00:00Z`) / 86_400_000
}

function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

function tableRow({ time, value }: Day, text: Text): HTMLTableRowElement {
  const row = document.createElement('tr')
  const day = document.createElement('th')
  day.scope = 'row'
  day.lang = text.locale
  day.textContent = text.day(time)
  row.append(day)
  row.insertCell().textContent = text.count(value)
  return row
}

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name)
}
