import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { FatalError, UsageError } from '../../common/errors.ts'
import { parseBrokerUrl } from '../../common/mqtt/address.ts'
import type { Level, Window } from '../../device/face/brightness.ts'
import type {
  ConfigurationOptions,
  EsphomeDisplay,
  Shown,
  Source,
} from '../../hardware/esphome/configuration.ts'
import { type Metric, metrics, type Period, periods } from '../../reading.ts'
import { type CommandContext, command } from '../command.ts'
import type { Values } from '../settings/settings.ts'

type EsphomeValues = Values<(typeof names)[number]>

const names = [
  'board',
  'display',
  'digits',
  'show',
  'site',
  'mqtt',
  'countUrl',
  'host',
  'port',
  'basePath',
  'token',
  'brightness',
  'dim',
  'timezone',
  'out',
] as const

/** Of counters that a board can have (hardware/esphome/components/visitor_counter/desk.h). */
const mostCounters = 4
/** The bridge is on this machine, or near. */
const askMs = 3000
const exampleSite = 'www.example.com'

export const esphome = command({
  name: 'esphome',
  group: 'Hardware',
  example: 'visitor-counter esphome --board d1-mini --display max7219',
  summary: 'a configuration for ESPHome: an ESP8266 or ESP32 alone on the desk, for this bridge',
  settings: names,
  async run(values, context) {
    const { configuration, urlSecret } = await import('../../hardware/esphome/configuration.ts')
    const say = (note: string) => context.log.warn(note)
    const shows = showsOf(values)
    const base = bridgeAddress(values, context, say)
    const broker = values.mqtt === undefined ? undefined : brokerOf(values.mqtt, say)
    const site = values.site ?? (await siteOf(values, say))
    const text = configuration({
      ...partsOf(values, await esphomeBoard(values)),
      source: broker?.source ?? { kind: 'http' },
      site,
      shows,
      brightness: String(values.brightness),
      dim: values.dim?.map(windowText).join(','),
      timezone: values.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    })
    if (values.out === undefined) {
      context.stdout.write(text)
      say('ESPHome needs the component beside it: --out <folder> writes all of it')
    } else {
      const urls = shows.map((shown) => [urlSecret(shown), countUrl(base, values, shown)])
      const { writeFolder } = await import('../../hardware/esphome/folder.ts')
      await writeFolder({
        folder: values.out,
        configuration: text,
        secrets: { ...broker?.secrets, ...Object.fromEntries(urls) },
        sources: ['esphome/components/visitor_counter', 'rules'].map((folder) =>
          fileURLToPath(new URL(`../hardware/${folder}`, import.meta.url)),
        ),
        say: (line) => context.stdout.write(`${line}\n`),
      })
    }
  },
})

/** @throws UsageError where the board, or the display at it, is none for ESPHome */
async function esphomeBoard({ board }: EsphomeValues): Promise<ConfigurationOptions['board']> {
  const { esphomeBoards } = await import('../../hardware/esphome/configuration.ts')
  const found = esphomeBoards.find(({ id }) => board?.kind === 'esphome' && board.id === id)
  if (found !== undefined) return found
  throw new UsageError(
    `--board: which board is to run ESPHome? ${esphomeBoards.map(({ id }) => id).join(', ')}`,
  )
}

function partsOf({ display, digits }: EsphomeValues, board: ConfigurationOptions['board']) {
  if (display === 'terminal') {
    throw new UsageError('--display terminal is no display of a board')
  }
  if (display === 'max7219-matrix' || display === 'ht16k33-14') {
    throw new UsageError(
      `--display ${display}: our component for ESPHome draws digits of seven segments only; take max7219, ht16k33, tm1637 or tm1638, or drive it from a computer: visitor-counter device --display ${display}`,
    )
  }
  const usual = { max7219: 8, ht16k33: 4, tm1637: 4, tm1638: 8 }
  const possible = display === 'tm1637' ? [4, 6] : [usual[display]]
  const wanted = digits ?? usual[display]
  if (!possible.includes(wanted)) {
    const list = possible.join(' or ')
    throw new UsageError(
      `--digits: ${wanted} is not possible with a ${display.toUpperCase()} at ESPHome; it has ${list}`,
    )
  }
  return { board, display: display satisfies EsphomeDisplay, digits: wanted }
}

function showsOf({ show }: EsphomeValues): Shown[] {
  if (show?.some(({ isBeside }) => isBeside)) {
    throw new UsageError(
      '--show: a board with ESPHome shows one count at a time; separated by a comma they take turns',
    )
  }
  const shows = (show ?? [{ reading: 'visitors.total' }]).map(({ reading }): Shown => {
    const [metric, period] = reading.split('.')
    return [
      metrics.find((each) => each === metric) ?? ('visitors' satisfies Metric),
      periods.find((each) => each === period) ?? ('total' satisfies Period),
    ]
  })
  if (shows.length > mostCounters) {
    throw new UsageError(`--show: a board with ESPHome has at most ${mostCounters} counters`)
  }
  return shows
}

/** The address of the bridge as the board sees it, without a slash at its end. */
function bridgeAddress(
  { countUrl: given, host, port, basePath, mqtt }: EsphomeValues,
  { isGiven }: CommandContext,
  say: (note: string) => void,
): string {
  if (isGiven('countUrl')) return given.href.replace(/\/$/, '')
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)
  if (isLocal && mqtt === undefined) {
    say(
      `the bridge listens on ${host} only, where no board reaches it: start serve with --host 0.0.0.0 and a --token`,
    )
  }
  const isAny = isLocal || host === '0.0.0.0' || host === '::'
  const address = isAny ? ownAddress(say) : host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}${basePath}`
}

/** Where this machine is in its network. */
function ownAddress(say: (note: string) => void): string {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
  const [first, ...others] = own
  if (first === undefined) throw new FatalError('this machine has no address in a network')
  if (others.length > 0) {
    say(`this machine is at ${first}, or at ${others.join(', ')}: see which one the board reaches`)
  }
  return first
}

function countUrl(base: string, { token, site }: EsphomeValues, [metric, period]: Shown): string {
  const query = new URLSearchParams({ metric, period, ...(site === undefined ? {} : { site }) })
  return `${base}${token === undefined ? '' : `/t/${token}`}/v1/count?${query}`
}

/** The broker as the board sees it; its account stays out, that of a bridge may write. */
function brokerOf(url: string, say: (note: string) => void) {
  const { host, port, tls, user } = parseBrokerUrl(url, '--mqtt')
  if (tls) {
    say('the board speaks MQTT without TLS: give it a listener for that in your own network')
  }
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)
  if (isLocal) {
    say(
      `the broker is at ${host} here: it must listen to the network too, where the board reaches it`,
    )
  }
  const source: Source = { kind: 'mqtt', port: tls ? 1883 : port, login: user !== undefined }
  return { source, secrets: { mqtt_broker: isLocal ? ownAddress(say) : host } }
}

const Counts = v.object({ site: v.string() })

/** The name of the site, which the bridge knows. */
async function siteOf(
  { countUrl: given, host, port, basePath, token }: EsphomeValues,
  say: (note: string) => void,
): Promise<string> {
  const local = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const base =
    given.href === 'http://127.0.0.1:8787/' ? `http://${local}:${port}${basePath}` : given
  try {
    const { authorization } = await import('../../device/feed/http.ts')
    const headers = authorization(token)
    const signal = AbortSignal.timeout(askMs)
    const answer = await fetch(`${String(base).replace(/\/$/, '')}/v1/counts`, { headers, signal })
    return v.parse(Counts, await answer.json()).site
  } catch {
    say(`no bridge says which site it has: ${exampleSite} stands for yours, or say --site`)
    return exampleSite
  }
}

function windowText({ from, to, level }: Window): string {
  return `${timeText(from)}-${timeText(to)}=${level satisfies Level}`
}

function timeText(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${hours}:${minutes}`
}
