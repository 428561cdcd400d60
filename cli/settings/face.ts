import * as v from 'valibot'
import { didYouMean } from '../../common/did-you-mean.ts'
import { glyphs } from '../../device/face/font.ts'
import { metrics, periods } from '../../reading.ts'
import type { Settings } from './setting.ts'
import { choice, Duration, listOf, matching, OnOff } from './types.ts'

const showMessage = `<metric>.<period>, several separated by commas, or two side by side by a slash: ${metrics.join(' or ')}, with ${periods.join(', ')}; a letter for each may follow, as visitors.today:d`
const readings = metrics.flatMap((metric) => periods.map((period) => `${metric}.${period}`))

function showMeant(text: string): string {
  const parts = text.split(/[,/]/).map((part) => part.trim().replace(/:.*/, ''))
  const wrong = parts.find((part) => !readings.includes(part)) ?? ''
  const whole = readings.find((reading) => reading.split('.').includes(wrong))
  return whole === undefined ? didYouMean(wrong, readings) : `; did you mean ${whole}?`
}

/** A counter, or two that stand side by side. */
const Turns = listOf(
  (text) => {
    const counters = text.split('/').map((part) => counterOf(part.trim()))
    const isKnown = counters.every((counter) => counter !== undefined)
    return isKnown && counters.length <= 2 ? counters : undefined
  },
  (text) => showMessage + showMeant(text),
)

const Show = v.pipe(
  Turns,
  v.transform((turns) =>
    turns.flatMap((counters) => counters.map((counter, at) => ({ ...counter, isBeside: at > 0 }))),
  ),
)

function counterOf(text: string) {
  const [reading = '', legend = legends[reading] ?? '-', ...more] = text.split(':')
  const isReading = metrics.some((metric) =>
    periods.some((period) => reading === `${metric}.${period}`),
  )
  // A figure would stand before the number as if it were a part of it.
  const isLegend = Object.hasOwn(glyphs, legend) && /[^\d ]/.test(legend)
  return isReading && isLegend && more.length === 0 ? { reading, legend } : undefined
}

/** Letters that seven segments can tell apart, for several counters in turn. */
const legends: Readonly<Record<string, string>> = {
  'visitors.total': 'A',
  'visitors.today': 'd',
  'visitors.yesterday': 'y',
  'visitors.last7days': 'u',
  'visitors.last30days': 'n',
  'visitors.online': 'o',
  'views.total': 'P',
  'views.today': 't',
  'views.yesterday': 'h',
  'views.last7days': 'U',
  'views.last30days': 'H',
  'views.online': 'c',
}

const milestonesMessage = 'off, or some of round, repdigits and whole numbers, as round,12345'
const Milestones = v.pipe(
  matching(/^(off|(round|repdigits|\d{1,15})(, *(round|repdigits|\d{1,15}))*)$/, milestonesMessage),
  v.transform((text) => {
    const parts = text.split(/, */)
    return {
      round: parts.includes('round'),
      repdigits: parts.includes('repdigits'),
      list: parts.filter((part) => /^\d+$/.test(part)).map(Number),
    }
  }),
)

/** What is shown, and how. */
export const faceSettings = {
  show: {
    flag: '--show <readings>',
    env: 'SHOW',
    help: 'what to show, as visitors.today; several separated by commas take turns, visitors.today/visitors.total stand side by side (default: visitors.total, or views.total where the plugin has no visitors)',
    schema: Show,
    list: true,
  },
  dwell: {
    flag: '--dwell <duration>',
    env: 'DWELL',
    help: 'how long each of several readings is shown',
    schema: Duration,
    default: '8s',
  },
  points: {
    flag: '--points <on|off>',
    env: 'POINTS',
    help: 'points between thousands',
    schema: OnOff,
    default: 'off',
  },
  statusSign: {
    flag: '--status-sign <on|off>',
    env: 'STATUS_SIGN',
    help: 'the rightmost point tells of an old number: lit, after an hour blinking; where the display has no points, the digits go out now and then',
    schema: OnOff,
    default: 'on',
  },
  roll: {
    flag: '--roll <on|off>',
    env: 'ROLL',
    help: 'digits roll from one number to the next (default: on; off for a matrix at a serial port, which takes too long for it)',
    schema: OnOff,
  },
  milestones: {
    flag: '--milestones <which>',
    env: 'MILESTONES',
    help: `numbers to celebrate: ${milestonesMessage}`,
    schema: Milestones,
    default: 'round',
    list: true,
  },
  onExit: {
    flag: '--on-exit <what>',
    env: 'ON_EXIT',
    help: 'what the display is left with at the end: blank, keep or dashes',
    schema: choice(['blank', 'keep', 'dashes']),
    default: 'blank',
  },
  testPattern: {
    flag: '--test-pattern',
    env: 'TEST_PATTERN',
    help: 'shows 1 2 3 … from the left and the point at the right end, to see whether the order is right',
  },
} satisfies Settings
