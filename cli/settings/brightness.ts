import type { Level } from '../../device/face/brightness.ts'
import type { Settings } from './setting.ts'
import { listOf, parsed } from './types.ts'

const levelMessage = 'off, or a step from 0 (dim, yet lit) to 15'
const Brightness = parsed(parseLevel, levelMessage)

function parseLevel(text: string): Level | undefined {
  if (!/^(off|\d|1[0-5])$/.test(text)) return undefined
  return text === 'off' ? 'off' : Number(text)
}

const windowsMessage = 'times with a brightness, as 22:00-07:00=off,19:00-22:00=1'
const Windows = listOf((text) => {
  const [, from = '', to = '', step = ''] = /^([\d:]+)-([\d:]+)=(\w+)$/.exec(text) ?? []
  const [begin, end, level] = [minuteOf(from), minuteOf(to), parseLevel(step)]
  if (begin === undefined || end === undefined || level === undefined) return undefined
  return { from: begin, to: end, level }
}, windowsMessage)

/** The minute of the day of `22:00`. */
function minuteOf(time: string): number | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute)
}

const Timezone = parsed((name) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return undefined
  }
}, 'the name of a time zone, as Europe/Berlin')

/** How bright the display is, and when. */
export const brightnessSettings = {
  brightness: {
    flag: '--brightness <step>',
    env: 'BRIGHTNESS',
    help: levelMessage,
    schema: Brightness,
    default: '3',
  },
  dim: {
    flag: '--dim <windows>',
    env: 'DIM',
    help: windowsMessage,
    schema: Windows,
    list: true,
  },
  timezone: {
    flag: '--timezone <zone>',
    env: 'TIMEZONE',
    help: 'the zone of these times (default: of this machine)',
    schema: Timezone,
  },
} satisfies Settings
