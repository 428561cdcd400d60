import { homedir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { logLevels } from '../log.ts'
import { metrics, periods } from '../reading.ts'

/**
 * One setting: a flag, an environment variable and a YAML key (the flag's name without dashes). The
 * schema takes the text and says in its message what is allowed.
 */
export interface Setting<Schema extends v.GenericSchema<string | undefined, unknown>> {
  readonly flag: string
  /** What stands for the value in the help, as `<url>`. */
  readonly value: string
  readonly env: string
  readonly help: string
  readonly schema: Schema
  /** Not to be repeated in an error or a log. */
  readonly secret?: boolean
}

function setting<Schema extends v.GenericSchema<string | undefined, unknown>>(
  definition: Setting<Schema>,
): Setting<Schema> {
  return definition
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Milliseconds, written `500ms`, `5s`, `2m` or `1h`. */
const Duration = v.pipe(
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
const Port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, portMessage),
  v.transform(Number),
  v.maxValue(65_535, portMessage),
)

const urlMessage = 'an http:// or https:// address'
const HttpUrl = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:/.test(text), urlMessage),
  v.transform((text) => new URL(text)),
)

const boardMessage = 'tcp:<host>[:<port>], as tcp:192.168.1.20:3030'
const Board = v.pipe(
  v.string(),
  v.regex(/^tcp:(\[[0-9a-fA-F:.]+\]|[^:[\]/\s]+)(:\d{1,5})?$/, boardMessage),
  v.transform((text) => {
    const [, bracketed, plain, port = '3030'] =
      /^tcp:(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
    return { kind: 'tcp' as const, host: bracketed ?? plain ?? '', port: Number(port) }
  }),
  v.check(({ port }) => port <= 65_535, boardMessage),
)

const pinsMessage = 'three different pins from 0 to 127, as data=2,clock=3,cs=4'
const Pin = v.pipe(v.string(pinsMessage), v.regex(/^\d{1,3}$/, pinsMessage), v.transform(Number))
const Pins = v.pipe(
  v.string(),
  v.transform((text) => Object.fromEntries(text.split(',').map((pair) => pair.split('=')))),
  v.strictObject({ data: Pin, clock: Pin, cs: Pin }, pinsMessage),
  v.check(({ data, clock, cs }) => {
    const pins = [data, clock, cs]
    return new Set(pins).size === 3 && pins.every((pin) => pin <= 127)
  }, pinsMessage),
)

const Show = v.pipe(
  v.string(),
  v.check(
    (text) => metrics.some((metric) => periods.some((period) => text === `${metric}.${period}`)),
    `<metric>.<period>: ${metrics.join(' or ')}, with ${periods.join(', ')}`,
  ),
)

function stateHome(): string {
  return join(
    process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'),
    'visitor-counter',
  )
}

/** Every setting there is. Key: its name in the program. */
export const settings = {
  database: setting({
    flag: '--database',
    value: '<url>',
    env: 'DATABASE_URL',
    help: 'the WordPress database: mysql://user:password@host:3306/name or sqlite:<file>',
    schema: v.optional(v.string()),
    secret: true,
  }),
  wpConfig: setting({
    flag: '--wp-config',
    value: '<path>',
    env: 'WP_CONFIG',
    help: 'a wp-config.php, or the folder of a WordPress, instead of --database',
    schema: v.optional(v.string()),
  }),
  tablePrefix: setting({
    flag: '--table-prefix',
    value: '<prefix>',
    env: 'WP_TABLE_PREFIX',
    help: 'the table prefix (default: from wp-config.php, else found)',
    schema: v.optional(
      v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]+$/, 'letters, digits and underscores, as wp_')),
    ),
  }),
  source: setting({
    flag: '--source',
    value: '<plugin>',
    env: 'COUNT_SOURCE',
    help: 'the statistics plugin to read',
    schema: v.optional(v.string(), 'auto'),
  }),
  sql: setting({
    flag: '--sql',
    value: '<select>',
    env: 'COUNT_SQL',
    help: 'with --source sql: a SELECT that gives one row with one whole number',
    schema: v.optional(v.string()),
  }),
  totals: setting({
    flag: '--totals',
    value: '<how>',
    env: 'TOTALS',
    help: 'when the total of the plugin falls, as by a purge: follow it, or carry the difference forward',
    schema: v.optional(v.picklist(['follow', 'carry'], 'follow or carry'), 'follow'),
  }),
  poll: setting({
    flag: '--poll',
    value: '<duration>',
    env: 'POLL_INTERVAL',
    help: 'how often to ask',
    schema: v.optional(Duration, '5s'),
  }),
  host: setting({
    flag: '--host',
    value: '<address>',
    env: 'HOST',
    help: 'the address to listen on; 0.0.0.0 opens it to the whole network',
    schema: v.optional(v.string(), '127.0.0.1'),
  }),
  port: setting({
    flag: '--port',
    value: '<port>',
    env: 'PORT',
    help: 'the port to listen on; 0 takes a free one',
    schema: v.optional(Port, '8787'),
  }),
  boardPort: setting({
    flag: '--port',
    value: '<port>',
    env: 'PORT',
    help: 'the port to listen on; 0 takes a free one',
    schema: v.optional(Port, '3030'),
  }),
  stateDir: setting({
    flag: '--state-dir',
    value: '<folder>',
    env: 'STATE_DIR',
    help: 'where last readings are remembered',
    schema: v.optional(v.string(), stateHome),
  }),
  countUrl: setting({
    flag: '--count-url',
    value: '<url>',
    env: 'COUNT_URL',
    help: 'the bridge, or any address that answers a number as text or JSON',
    schema: v.optional(HttpUrl, 'http://127.0.0.1:8787'),
  }),
  endpoint: setting({
    flag: '--count-url',
    value: '<url>',
    env: 'COUNT_URL',
    help: 'a running bridge to check too',
    schema: v.optional(HttpUrl),
  }),
  boardIfAny: setting({
    flag: '--board',
    value: '<board>',
    env: 'BOARD',
    help: 'a board to check too',
    schema: v.optional(Board),
  }),
  board: setting({
    flag: '--board',
    value: '<board>',
    env: 'BOARD',
    help: `the board with the display: ${boardMessage}`,
    schema: Board,
  }),
  display: setting({
    flag: '--display',
    value: '<chip>',
    env: 'DISPLAY_CHIP',
    help: 'the display chip: max7219',
    schema: v.optional(v.picklist(['max7219'], 'max7219'), 'max7219'),
  }),
  pins: setting({
    flag: '--pins',
    value: '<pins>',
    env: 'DISPLAY_PINS',
    help: 'the pins of the board that the display is on',
    schema: v.optional(Pins, 'data=2,clock=3,cs=4'),
  }),
  show: setting({
    flag: '--show',
    value: '<reading>',
    env: 'SHOW',
    help: 'what to show, as visitors.today (default: visitors.total, or views.total where the plugin has no visitors)',
    schema: v.optional(Show),
  }),
  json: setting({
    flag: '--json',
    value: '',
    env: 'JSON_OUTPUT',
    help: 'one JSON object a line',
    schema: v.optional(
      v.pipe(
        v.picklist(['true', 'false'], 'true or false'),
        v.transform((text) => text === 'true'),
      ),
      'false',
    ),
  }),
  logLevel: setting({
    flag: '--log-level',
    value: '<level>',
    env: 'LOG_LEVEL',
    help: `how much to log: ${logLevels.join(', ')} (default: info; demo warn)`,
    schema: v.optional(v.picklist(logLevels, logLevels.join(', '))),
  }),
}

export type SettingName = keyof typeof settings

/** The values of some settings, as their schemas give them. */
export type Values<Name extends SettingName> = {
  [Key in Name]: v.InferOutput<(typeof settings)[Key]['schema']>
}
