import { isIP } from 'node:net'
import * as v from 'valibot'
import { deviceName } from '../../common/particle-cloud.ts'
import type { BoardSetting } from '../../device/boards/index.ts'
import type { Level } from '../../device/face/brightness.ts'
import { glyphs } from '../../device/face/font.ts'
import { metrics, periods } from '../../reading.ts'
import type { Desk } from '../../server/publish/particle/publisher.ts'

// What a setting's text may be. Each message says what is allowed, in words that follow "it must be".

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Milliseconds, written `500ms`, `5s`, `2m` or `1h`. */
export const Duration = v.pipe(
  v.string(),
  v.regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration such as 500ms, 5s, 2m or 1h'),
  v.transform((text) => {
    const [, size = '', , unit = 's'] = /^(\d+(\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
    return Number(size) * unitMs[unit as keyof typeof unitMs]
  }),
  v.minValue(100, 'at least 100ms'),
  v.maxValue(24 * 3_600_000, 'at most 24h'),
)

const portMessage = 'a port number from 0 to 65535'
export const Port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, portMessage),
  v.transform(Number),
  v.maxValue(65_535, portMessage),
)

const urlMessage = 'an http:// or https:// address'
export const HttpUrl = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:/.test(text), urlMessage),
  v.transform((text) => new URL(text)),
)

/** What fits into a header. */
export const Token = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]+$/, 'letters, digits and signs of ASCII, without spaces'),
)

const basePathMessage = 'a path such as /counter'
/** Without a slash at the end; empty for the root. */
export const BasePath = v.pipe(
  v.string(),
  v.regex(/^(\/[A-Za-z0-9._~-]+)*\/?$/, basePathMessage),
  v.check((text) => !/\/\.\.?(\/|$)/.test(text), basePathMessage),
  v.transform((text) => text.replace(/\/$/, '')),
)

export const originsMessage =
  '*, off, or the origins of pages, separated by commas, as https://example.com'
/** `*` stands alone; none at all for `off`. */
export const Origins = v.pipe(
  v.string(),
  v.transform((text) => (text === 'off' ? [] : text.split(/\s*,\s*/))),
  v.check(
    (origins) => origins.join() === '*' || origins.every((origin) => originOf(origin) === origin),
    originsMessage,
  ),
)

function originOf(text: string): string | undefined {
  return URL.canParse(text) && /^https?:/.test(text) ? new URL(text).origin : undefined
}

export const networksMessage =
  'addresses or networks, separated by commas, as 127.0.0.1,10.0.0.0/8,fd00::/8'
export const Networks = v.pipe(
  v.string(),
  v.transform((text) =>
    text.split(/\s*,\s*/).map((part) => {
      const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? []
      const mostBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
      return { address, bits: Number(bits ?? mostBits), mostBits }
    }),
  ),
  v.check(
    (networks) => networks.every(({ bits, mostBits }) => bits >= 0 && bits <= mostBits),
    networksMessage,
  ),
)

export const boardMessage =
  'serial:<path>, tcp:<host>[:<port>], voodoospark:<host>[:<port>], particle:<device>, raspi, io:<package> or virtual'
export const Board = v.pipe(
  v.string(),
  v.transform(parseBoard),
  v.check((board) => board !== undefined, boardMessage),
  v.transform((board) => board ?? { kind: 'virtual' as const }),
)

const networkPorts = { tcp: 3030, voodoospark: 48_879 } as const

function parseBoard(text: string): BoardSetting | undefined {
  const [, kind = '', rest = ''] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? []
  switch (kind) {
    case 'raspi':
    case 'virtual':
      return rest === '' ? { kind } : undefined
    case 'serial':
      return rest === '' ? undefined : { kind, path: rest }
    case 'particle':
      return deviceName.test(rest) ? { kind, device: rest } : undefined
    case 'io':
      return /^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/.test(rest) ? { kind, plugin: rest } : undefined
    case 'tcp':
    case 'voodoospark': {
      const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(rest)
      const host = match?.[1] ?? match?.[2]
      const port = Number(match?.[3] ?? networkPorts[kind])
      return host === undefined || port > 65_535 ? undefined : { kind, host, port }
    }
    default:
      return undefined
  }
}

const pinsMessage = 'different pins from 0 to 127, as data=2,clock=3,cs=4'
const Pin = v.pipe(
  v.string(pinsMessage),
  v.regex(/^\d{1,3}$/, pinsMessage),
  v.transform(Number),
  v.maxValue(127, pinsMessage),
)
export const Pins = v.pipe(
  v.string(),
  v.transform((text) => Object.fromEntries(text.split(',').map((pair) => pair.split('=')))),
  v.strictObject({ data: Pin, clock: Pin, cs: v.optional(Pin) }, pinsMessage),
  v.check((pins) => {
    const used = Object.values(pins).filter((pin) => pin !== undefined)
    return new Set(used).size === used.length
  }, pinsMessage),
)

const showMessage = `<metric>.<period>, several separated by commas: ${metrics.join(' or ')}, with ${periods.join(', ')}; a letter for each may follow, as visitors.today:d`
export const Show = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').map((part) => part.trim().split(':'))),
  v.check(
    (parts) =>
      parts.every(
        ([reading = '', legend = 'A', ...more]) =>
          metrics.some((metric) => periods.some((period) => reading === `${metric}.${period}`)) &&
          legend in glyphs &&
          more.length === 0,
      ),
    showMessage,
  ),
  v.transform((parts) =>
    parts.map(([reading = '', legend]) => ({ reading, legend: legend ?? legendOf(reading) })),
  ),
)

export const desksMessage =
  '<device>, or <device>=<metric>.<period> with @<site> behind it, several separated by commas'
/** Devices with what each is to show; the key of a desk is its device. */
export const Desks = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').map((part) => parseDesk(part.trim()))),
  v.check((desks) => desks.every((desk) => desk !== undefined), desksMessage),
  v.transform((desks) => desks.flatMap((desk) => desk ?? [])),
  v.check(
    (desks) => new Set(desks.map(({ device }) => device)).size === desks.length,
    'devices that differ',
  ),
)

function parseDesk(text: string): Desk | undefined {
  const [, device = '', reading, site] = /^([^=]*)(?:=([^@]*)(?:@(.+))?)?$/.exec(text) ?? []
  if (!deviceName.test(device)) return undefined
  if (reading === undefined) return { device, metric: undefined, period: 'total', site: undefined }
  const metric = metrics.find((each) => reading.startsWith(`${each}.`))
  const period = periods.find((each) => reading === `${metric}.${each}`)
  return metric && period && { device, metric, period, site }
}

const operationsMessage = 'a whole number of operations from 100'
export const Operations = v.pipe(
  v.string(),
  v.regex(/^\d{1,9}$/, operationsMessage),
  v.transform(Number),
  v.minValue(100, operationsMessage),
)

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

function legendOf(reading: string): string {
  return legends[reading] ?? '-'
}

export const orderMessage = 'the position of each digit from the left, as 8,7,6,5,4,3,2,1'
export const DigitOrder = v.pipe(
  v.string(),
  v.regex(/^\d{1,2}(,\d{1,2})*$/, orderMessage),
  v.transform((text) => text.split(',').map((position) => Number(position) - 1)),
)

export const addressesMessage = 'I2C addresses from 0x70 to 0x77, the leftmost first, as 0x70,0x71'
export const Addresses = v.pipe(
  v.string(),
  v.regex(/^0x7[0-7](,0x7[0-7])*$/, addressesMessage),
  v.transform((text) => text.split(',').map((address) => Number(address))),
)

export const levelMessage = 'off, or a step from 0 (dim, yet lit) to 15'
export const Brightness = v.pipe(
  v.string(),
  v.regex(/^(off|\d|1[0-5])$/, levelMessage),
  v.transform((text): Level => (text === 'off' ? 'off' : Number(text))),
)

export const windowsMessage =
  'times with a brightness, separated by commas, as 22:00-07:00=off,19:00-22:00=1'
export const Windows = v.pipe(
  v.string(),
  v.regex(
    /^[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d=(off|\d|1[0-5])(,[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d=(off|\d|1[0-5]))*$/,
    windowsMessage,
  ),
  v.transform((text) =>
    text.split(',').map((part) => {
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

export const Timezone = v.pipe(
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

export const milestonesMessage =
  'off, or some of round, repdigits and whole numbers, as round,12345'
export const Milestones = v.pipe(
  v.string(),
  v.regex(/^(off|(round|repdigits|\d{1,15})(,(round|repdigits|\d{1,15}))*)$/, milestonesMessage),
  v.transform((text) => {
    const parts = text.split(',')
    return {
      round: parts.includes('round'),
      repdigits: parts.includes('repdigits'),
      list: parts.filter((part) => /^\d+$/.test(part)).map(Number),
    }
  }),
)

export const OnOff = v.pipe(
  v.picklist(['on', 'off'], 'on or off'),
  v.transform((text) => text === 'on'),
)

/** A flag without a value. */
export const Switch = v.pipe(
  v.picklist(['true', 'false'], 'true or false'),
  v.transform((text) => text === 'true'),
)
