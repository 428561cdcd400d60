import * as v from 'valibot'
import type { Level } from '../../device/face/brightness.ts'
import type { Settings } from './setting.ts'
import { List } from './types.ts'

const levelMessage = 'off, or a step from 0 (dim, yet lit) to 15'
const Brightness = v.pipe(
  v.string(),
  v.regex(/^(off|\d|1[0-5])$/, levelMessage),
  v.transform((text): Level => (text === 'off' ? 'off' : Number(text))),
)

const windowsMessage = 'times with a brightness, as 22:00-07:00=off,19:00-22:00=1'
const Windows = v.pipe(
  List,
  v.check(
    (parts) =>
      parts.every((part) => /^([0-2]\d:[0-5]\d)-([0-2]\d:[0-5]\d)=(off|\d|1[0-5])$/.test(part)),
    windowsMessage,
  ),
  v.transform((parts) =>
    parts.map((part) => {
      const [times = '', level = ''] = part.split('=')
      const [from = 0, to = 0] = times.split('-').map((time) => {
        const [hour = 0, minute = 0] = time.split(':').map(Number)
        return hour * 60 + minute
      })
      return { from, to, level: v.parse(Brightness, level) }
    }),
  ),
  v.check((windows) => windows.every(({ from, to }) => from < 1440 && to < 1440), windowsMessage),
)

const Timezone = v.pipe(
  v.string(),
  v.check(isTimezone, 'the name of a time zone, as Europe/Berlin'),
)

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

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
