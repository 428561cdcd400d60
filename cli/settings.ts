import { homedir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { displayChips } from '../device/displays/index.ts'
import { logLevels } from '../log.ts'
import { deviceName, particleUrl } from '../particle-cloud.ts'
import {
  Addresses,
  addressesMessage,
  BasePath,
  Board,
  Brightness,
  boardMessage,
  Desks,
  DigitOrder,
  Duration,
  desksMessage,
  HttpUrl,
  levelMessage,
  Milestones,
  milestonesMessage,
  Networks,
  networksMessage,
  OnOff,
  Operations,
  Origins,
  orderMessage,
  originsMessage,
  Pins,
  Port,
  Show,
  Switch,
  Timezone,
  Token,
  Windows,
  windowsMessage,
} from './schemas.ts'

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

function stateHome(): string {
  return join(
    process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'),
    'visitor-counter',
  )
}

const displayNames = [...displayChips, 'terminal'] as const

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
    secret: true,
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
    secret: true,
  }),
  endpoint: setting({
    flag: '--count-url',
    value: '<url>',
    env: 'COUNT_URL',
    help: 'a running bridge to check too',
    schema: v.optional(HttpUrl),
    secret: true,
  }),
  token: setting({
    flag: '--token',
    value: '<token>',
    env: 'ACCESS_TOKEN',
    help: 'what the bridge wants to be asked with',
    schema: v.optional(Token),
    secret: true,
  }),
  accessToken: setting({
    flag: '--token',
    value: '<token>',
    env: 'ACCESS_TOKEN',
    help: 'every request but /health must bring it, as header "Authorization: Bearer <token>" or in the path, /t/<token>/count',
    schema: v.optional(Token),
    secret: true,
  }),
  cors: setting({
    flag: '--cors',
    value: '<origins>',
    env: 'CORS',
    help: `which other pages may read the answers in a browser: ${originsMessage}`,
    schema: v.optional(Origins, '*'),
  }),
  basePath: setting({
    flag: '--base-path',
    value: '<path>',
    env: 'BASE_PATH',
    help: 'where a reverse proxy has the bridge, as /counter; the proxy may cut it off or pass it on',
    schema: v.optional(BasePath, ''),
  }),
  trustedProxies: setting({
    flag: '--trusted-proxy',
    value: '<addresses>',
    env: 'TRUSTED_PROXY',
    help: `reverse proxies whose X-Forwarded-For is believed when the log names a client: ${networksMessage}`,
    schema: v.optional(Networks),
  }),
  site: setting({
    flag: '--site',
    value: '<site>',
    env: 'COUNT_SITE',
    help: 'which of several sites of the bridge',
    schema: v.optional(v.string()),
  }),
  feed: setting({
    flag: '--feed',
    value: '<how>',
    env: 'FEED',
    help: 'how numbers come: events (at once; where a bridge has none they are asked for), poll, or mqtt with --mqtt',
    schema: v.optional(v.picklist(['poll', 'events', 'mqtt'], 'poll, events or mqtt'), 'events'),
  }),
  mqtt: setting({
    flag: '--mqtt',
    value: '<url>',
    env: 'MQTT_URL',
    help: 'an MQTT broker: mqtt://user:password@host:1883 or mqtts://…:8883, with ?ca=<file> where no public authority has signed its certificate',
    schema: v.optional(v.string()),
    secret: true,
  }),
  homeAssistant: setting({
    flag: '--home-assistant',
    value: '',
    env: 'HOME_ASSISTANT',
    help: 'with --mqtt: lets Home Assistant find the counts',
    schema: v.optional(Switch, 'false'),
  }),
  from: setting({
    flag: '--from',
    value: '<url>',
    env: 'FROM',
    help: 'readings from an MQTT broker, where another bridge publishes them, instead of a database',
    schema: v.optional(v.string()),
    secret: true,
  }),
  board: setting({
    flag: '--board',
    value: '<board>',
    env: 'BOARD',
    help: `the board with the display: ${boardMessage}`,
    schema: v.optional(Board),
  }),
  particle: setting({
    flag: '--particle',
    value: '<devices>',
    env: 'PARTICLE_DEVICES',
    help: `devices of the Particle Cloud to show readings on: ${desksMessage}`,
    schema: v.optional(Desks),
  }),
  particleToken: setting({
    flag: '--particle-token',
    value: '<token>',
    env: 'PARTICLE_TOKEN',
    help: 'an access token of the Particle Cloud',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/, 'an access token'))),
    secret: true,
  }),
  particleMode: setting({
    flag: '--particle-mode',
    value: '<how>',
    env: 'PARTICLE_MODE',
    help: 'function (each device is called, and answers) or event (one for all of them, unanswered)',
    schema: v.optional(v.picklist(['function', 'event'], 'function or event'), 'function'),
  }),
  particleBudget: setting({
    flag: '--particle-budget',
    value: '<operations>',
    env: 'PARTICLE_BUDGET',
    help: 'data operations of the Particle Cloud that may be used in a month',
    schema: v.optional(Operations, '100000'),
  }),
  particleUrl: setting({
    flag: '--particle-url',
    value: '<url>',
    env: 'PARTICLE_URL',
    help: 'the Particle Cloud, or a local cloud that speaks as it does',
    schema: v.optional(HttpUrl, particleUrl),
  }),
  deviceName: setting({
    flag: '--device',
    value: '<name>',
    env: 'PARTICLE_DEVICE',
    help: 'the name or id of a Photon',
    schema: v.pipe(v.string(), v.regex(deviceName, 'a name or id of a Particle device')),
  }),
  dryRun: setting({
    flag: '--dry-run',
    value: '',
    env: 'DRY_RUN',
    help: 'compiles only; the device stays as it is',
    schema: v.optional(Switch, 'false'),
  }),
  display: setting({
    flag: '--display',
    value: '<chip>',
    env: 'DISPLAY_CHIP',
    help: `the display: ${displayNames.join(', ')}`,
    schema: v.optional(v.picklist(displayNames, displayNames.join(', ')), 'max7219'),
  }),
  digits: setting({
    flag: '--digits',
    value: '<count>',
    env: 'DISPLAY_DIGITS',
    help: 'how many digits it has (default: as the usual module)',
    schema: v.optional(
      v.pipe(v.string(), v.regex(/^([1-9]|1[0-6])$/, 'a number from 1 to 16'), v.transform(Number)),
    ),
  }),
  digitOrder: setting({
    flag: '--digit-order',
    value: '<order>',
    env: 'DIGIT_ORDER',
    help: `where modules are mirrored or swapped: ${orderMessage}; see --test-pattern`,
    schema: v.optional(DigitOrder),
  }),
  addresses: setting({
    flag: '--addresses',
    value: '<addresses>',
    env: 'DISPLAY_ADDRESSES',
    help: `of HT16K33 backpacks: ${addressesMessage}`,
    schema: v.optional(Addresses, '0x70'),
  }),
  pins: setting({
    flag: '--pins',
    value: '<pins>',
    env: 'DISPLAY_PINS',
    help: 'the pins of the board that the display is on (default: see wiring.md)',
    schema: v.optional(Pins),
  }),
  show: setting({
    flag: '--show',
    value: '<readings>',
    env: 'SHOW',
    help: 'what to show, as visitors.today; several separated by commas take turns (default: visitors.total, or views.total where the plugin has no visitors)',
    schema: v.optional(Show),
  }),
  dwell: setting({
    flag: '--dwell',
    value: '<duration>',
    env: 'DWELL',
    help: 'how long each of several readings is shown',
    schema: v.optional(Duration, '8s'),
  }),
  points: setting({
    flag: '--points',
    value: '<on|off>',
    env: 'POINTS',
    help: 'points between thousands',
    schema: v.optional(OnOff, 'off'),
  }),
  statusSign: setting({
    flag: '--status-sign',
    value: '<on|off>',
    env: 'STATUS_SIGN',
    help: 'the rightmost point tells of an old number: lit, after an hour blinking',
    schema: v.optional(OnOff, 'on'),
  }),
  roll: setting({
    flag: '--roll',
    value: '<on|off>',
    env: 'ROLL',
    help: 'digits roll from one number to the next',
    schema: v.optional(OnOff, 'on'),
  }),
  milestones: setting({
    flag: '--milestones',
    value: '<which>',
    env: 'MILESTONES',
    help: `numbers to celebrate: ${milestonesMessage}`,
    schema: v.optional(Milestones, 'round'),
  }),
  brightness: setting({
    flag: '--brightness',
    value: '<step>',
    env: 'BRIGHTNESS',
    help: levelMessage,
    schema: v.optional(Brightness, '3'),
  }),
  dim: setting({
    flag: '--dim',
    value: '<windows>',
    env: 'DIM',
    help: windowsMessage,
    schema: v.optional(Windows),
  }),
  timezone: setting({
    flag: '--timezone',
    value: '<zone>',
    env: 'TIMEZONE',
    help: 'the zone of these times (default: of this machine)',
    schema: v.optional(Timezone),
  }),
  onExit: setting({
    flag: '--on-exit',
    value: '<what>',
    env: 'ON_EXIT',
    help: 'what the display is left with at the end: blank, keep or dashes',
    schema: v.optional(v.picklist(['blank', 'keep', 'dashes'], 'blank, keep or dashes'), 'blank'),
  }),
  testPattern: setting({
    flag: '--test-pattern',
    value: '',
    env: 'TEST_PATTERN',
    help: 'shows 1 2 3 … from the left and the point at the right end, to see whether the order is right',
    schema: v.optional(Switch, 'false'),
  }),
  json: setting({
    flag: '--json',
    value: '',
    env: 'JSON_OUTPUT',
    help: 'one JSON object a line',
    schema: v.optional(Switch, 'false'),
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
