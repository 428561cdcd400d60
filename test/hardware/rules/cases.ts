import fc from 'fast-check'
import { max7219 } from '../../../device/displays/max7219.ts'
import { initialize } from '../../../device/displays/transfers.ts'
import { windowAt } from '../../../device/face/brightness.ts'
import { segmentsOf, toSegments } from '../../../device/face/font.ts'
import { type Cell, toCells } from '../../../device/face/frame.ts'
import { celebration, milestoneCrossed } from '../../../device/face/milestones.ts'
import { dashes, numberText } from '../../../device/face/number.ts'
import { statusSign } from '../../../device/face/status.ts'
import { anyCell } from '../../support/frames.ts'
import { numberCases } from '../../support/number-cases.ts'

/** What is asked of a probe (probe.h), and what the device program has for an answer. */
export type Case = readonly [question: string, answer: string]

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('hex')
}

const drawnCells = (cells: readonly Cell[]) => cells.map((cell) => segmentsOf(cell))

const drawn = (text: string) => `${text}|${hex(toSegments(text))}`

export const shared: readonly Case[] = numberCases.map(([value, digits, text]) => [
  `number ${digits} ${value}`,
  drawn(text),
])

/** Any number on any width. */
export function anyNumbers(count: number): Case[] {
  const values = fc.oneof(
    fc.integer({ min: 0, max: 10 ** 6 }),
    fc.integer({ min: 0, max: 10 ** 12 }),
    fc.maxSafeInteger().map(Math.abs),
  )
  return fc
    .sample(fc.tuple(values, fc.integer({ min: 1, max: 8 })), count)
    .map(([value, digits]) => [`number ${digits} ${value}`, drawn(numberText(value, digits))])
}

export const unknown: readonly Case[] = [1, 4, 8].map((digits) => [
  `number ${digits} -`,
  drawn(dashes(digits)),
])

/** On displays without points, where `1.2E6` would read ten times too much. */
export const pointless: readonly Case[] = (
  [
    [1234, 4, '1234'],
    [12_345, 4, '12E3'],
    [123_456, 4, '12E4'],
    [1_234_567, 4, ' 1E6'],
    [1_234_567, 6, '   1E6'],
    [123_456_789, 8, '   123E6'],
    [9_007_199_254_740_991, 8, '    9E15'],
    [123, 2, '--'],
    [10, 1, '-'],
  ] as const
).map(([value, digits, text]) => [`pointless ${digits} ${value}`, drawn(text)])

/** Half a second in four while the number is old, every other second when it is older than an hour. */
export const pauses: readonly Case[] = [
  ['pause 1 0 0', '0'],
  ['pause 1 7200000 1000', '0'],
  ['pause 0 60000 4000', '1'],
  ['pause 0 60000 4499', '1'],
  ['pause 0 60000 4500', '0'],
  ['pause 0 60000 7999', '0'],
  ['pause 0 3600000 4000', '0'],
  ['pause 0 3600000 5000', '1'],
  ['pause 0 3600000 5999', '1'],
  ['pause 0 3600000 6000', '0'],
]

export function anyFrames(count: number): Case[] {
  const cells = fc.array(anyCell, { minLength: 8, maxLength: 8 })
  const frame = fc.record({
    cells,
    intensity: fc.integer({ min: 0, max: 15 }),
    on: fc.boolean(),
  })
  return fc
    .sample(frame, count)
    .map((frame) => [
      `refresh ${hex(drawnCells(frame.cells))} ${frame.intensity} ${frame.on ? 1 : 0}`,
      hex(initialize(max7219.open({}), frame).flatMap(({ bytes }) => bytes)),
    ])
}

const minuteMs = 60_000
const ages = [0, 1, 29, 30, 31, 59, 60, 61, 100_000].flatMap((minutes) =>
  [-1, 0, 1].map((beside) => Math.max(0, minutes * minuteMs + beside)),
)
export const signs: readonly Case[] = [false, true].flatMap((fresh) =>
  ages.flatMap((ageMs) =>
    [0, 999, 1000, 5_000_000_000].map((nowMs): Case => {
      const lit = statusSign({ ageMs, fresh, freshForMs: 0 }, nowMs)
      return [`sign ${fresh ? 1 : 0} ${ageMs} ${nowMs}`, lit ? '1' : '0']
    }),
  ),
)

const times = [0, 99, 100, 750, 4800, 4999, 5000, 5399, 5400, 5800, 6200, 7399, 7400, 100_000]
export const celebrations: readonly Case[] = [4, 6, 8].flatMap((digits) =>
  times.map((elapsedMs): Case => {
    const number = toCells(numberText(1000, digits))
    return [
      `celebration ${hex(drawnCells(number))} ${elapsedMs}`,
      hex(drawnCells(celebration(number, elapsedMs))),
    ]
  }),
)

const rules = { round: true, repdigits: false, list: [] }
export function milestones(count: number): Case[] {
  const near = [10, 20, 50, 100, 1000, 2000, 5_000_000, 10 ** 15].flatMap((n) => [n - 1, n, n + 1])
  const any = fc.sample(fc.maxSafeInteger().map(Math.abs), count)
  return [0, 1, 9, Number.MAX_SAFE_INTEGER, ...near, ...any].map((value) => [
    `milestone of ${value}`,
    String(milestoneCrossed(rules, 0, value) ?? 0),
  ])
}

const asOf = '2026-11-28T19:45:14.123Z'
const asOfSeconds = Math.floor(Date.parse(asOf) / 1000)
const attributes = {
  value: 16_777_217,
  metric: 'visitors',
  site: 'www.example.com',
  asOf,
  stale: false,
}
const documents: readonly (readonly [document: string, answer: string])[] = [
  ['1234', '1234 0 0 0'],
  ['0|', '0 0 0 0'],
  [' | 1234 ||', '1234 0 0 0'],
  ['{"value":1234}', '1234 0 0 0'],
  ['{ "value" : "9007199254740991" , "stale" : true }|', '9007199254740991 1 0 0'],
  [JSON.stringify(attributes), `16777217 0 ${asOfSeconds} 0`],
  [JSON.stringify({ ...attributes, stale: true, everyMs: 5000 }), `16777217 1 ${asOfSeconds} 5000`],
  [JSON.stringify(attributes, undefined, 1).replaceAll('\n', '|'), `16777217 0 ${asOfSeconds} 0`],
  ['{"a":[{"value":1},"}\\"]"],"b":{"value":[2]},"c":null,"value":3}', '3 0 0 0'],
  ['{"site":"a\\"b","value":4}', '4 0 0 0'],
  ['{"asOf":"1970-01-01T00:00:01Z","value":5}', '5 0 1 0'],
  [
    '{"asOf":"2024-02-29T23:59:59Z","value":6}',
    `6 0 ${Date.UTC(2024, 1, 29, 23, 59, 59) / 1000} 0`,
  ],
  ['{"value":7,"everyMs":99999999999}', '7 0 0 0'],
]
const noReadings = [
  ...['-1', '1.5', '1e3', '012', '1 2', 'null', '""', '"12"', '[12]', '<html>', '12;'],
  ...['{}', '{"value":null}', '{"value":1.5}', '{"value":-1}', '{"value":1e3}', '{"value":[1]}'],
  ...['{"value":9007199254740992}', '{"value":1', '{"value":12,', '{"value":12}}', '{"value":12}x'],
  ...['{"value":12 "stale":true}', '{value:12}', '{"Value":12}', '{"value":12,"asOf":"today"}'],
  ...['{"value":12,"asOf":"2026-13-01T00:00:00Z"}', '{"value":1,"a":[}', '{"a":"\\'],
  ...['{"value":3,"value":x}', 'online', '{"error":"no"}'],
]
/** What a bridge may say, and what else may come. */
export const readings: readonly Case[] = [
  ...documents.map(([document, answer]): Case => [`reading of ${document}`, answer]),
  ...noReadings.map((text): Case => [`reading of ${text}`, 'refused']),
]

const minutes = [0, 1, 419, 420, 421, 1139, 1140, 1319, 1320, 1321, 1439]
const sets = [
  [{ from: 1320, to: 420, level: 'off' as const }],
  [{ from: 420, to: 1320, level: 15 }],
  [{ from: 420, to: 420, level: 0 }],
  [
    { from: 1140, to: 1320, level: 1 },
    { from: 1320, to: 420, level: 'off' as const },
    { from: 0, to: 1439, level: 9 },
  ],
]
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
export const windows: readonly Case[] = sets.flatMap((windows) =>
  minutes.map((minute): Case => {
    const schedule = { level: 3, windows, minuteOfDay: () => minute }
    const level = windowAt(schedule, 0)?.level ?? schedule.level
    const text = windows.map(
      (window) => `${clock(window.from)}-${clock(window.to)}=${window.level}`,
    )
    return [`level ${86_400 + minute * 60} ${text.join()}`, String(level === 'off' ? -1 : level)]
  }),
)

// As tzdata writes them into its files (the last line of each).
export const zones = [
  ['UTC0', 'UTC'],
  ['CET-1CEST,M3.5.0,M10.5.0/3', 'Europe/Berlin'],
  ['GMT0BST,M3.5.0/1,M10.5.0', 'Europe/London'],
  ['EST5EDT,M3.2.0,M11.1.0', 'America/New_York'],
  ['NST3:30NDT,M3.2.0,M11.1.0', 'America/St_Johns'],
  ['AEST-10AEDT,M10.1.0,M4.1.0/3', 'Australia/Sydney'],
  ['<+1030>-10:30<+11>-11,M10.1.0,M4.1.0', 'Australia/Lord_Howe'],
  ['IST-5:30', 'Asia/Kolkata'],
  ['IST-2IDT,M3.4.4/26,M10.5.0', 'Asia/Jerusalem'],
  ['<-03>3', 'America/Sao_Paulo'],
] as const

const day = 86_400

/** Four years of a zone by its rule, looked at each half hour where the clock is changed. */
export function timesOfDay([posix, name]: (typeof zones)[number]): Case[] {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: name,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const minuteOfDay = (seconds: number) => {
    const parts = format.formatToParts(seconds * 1000)
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
    return part('hour') * 60 + part('minute')
  }
  const days = Array.from({ length: 4 * 366 }, (_, i) => Date.UTC(2026, 0, 1) / 1000 + i * day)
  const times = days.flatMap((start) =>
    minuteOfDay(start) === minuteOfDay(start + day)
      ? [start, start + day / 2]
      : Array.from({ length: 48 }, (_, i) => start + i * 1800),
  )
  return times.map((time) => [`minute ${time} ${posix}`, String(minuteOfDay(time))])
}

const refusedZones = ['CET', '-1', 'CE-1', 'CET-25', 'CET-1CEST', 'CET-1CEST,M3.5.0', 'UTC0 ']
const wrongRules = ['M13.5.0,M10.5.0', 'M3.6.0,M10.5.0', 'M3.5.7,M10.5.0', 'J60,J300', '60,300']
const refusedWindows = [
  '22:00',
  '22:00-07:00',
  '22:00-07:00=16',
  '22:00-07:00=off,',
  '22:00-24:00=1',
  '22:60-07:00=1',
  '7:00-8:00=1',
  '22:00-07:00=off Europe/Berlin',
  '22:00-07:00=off ',
  'none UTC0',
  Array(5).fill('22:00-07:00=off').join(),
]
/** What is not understood to its end. */
export const refused: readonly Case[] = [
  ...refusedZones.map((zone): Case => [`minute 0 ${zone}`, 'refused']),
  ...wrongRules.map((rule): Case => [`minute 0 CET-1CEST,${rule}`, 'refused']),
  ...refusedWindows.map((text): Case => [`level 0 ${text}`, 'refused']),
]
