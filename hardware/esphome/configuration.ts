import { topics } from '../../common/mqtt/topics.ts'
import type { Metric, Period } from '../../reading.ts'
import type { BoardSpec } from '../wiring/board-spec.ts'
import { boards } from '../wiring/boards.ts'
import { i2c, spi, theDisplay } from './display.ts'

/** The boards that run ESPHome. */
export const esphomeBoards = boards.flatMap((board) => {
  const { esphome } = board
  return esphome === undefined ? [] : [{ ...board, esphome }]
})

/** The displays that the component draws on. */
export const esphomeDisplays = ['max7219', 'ht16k33', 'tm1637', 'tm1638'] as const
export type EsphomeDisplay = (typeof esphomeDisplays)[number]

/** A counter that is shown, as `visitors.today`. */
export type Shown = readonly [metric: Metric, period: Period]

/** How numbers come to the board. */
export type Source =
  /** Topics of a broker, whose address is in `secrets.yaml`. */
  | { readonly kind: 'mqtt'; readonly port: number; readonly login: boolean }
  /** Answers of a bridge, whose addresses are in `secrets.yaml`. */
  | { readonly kind: 'http' }

export interface ConfigurationOptions {
  readonly board: BoardSpec & { readonly esphome: NonNullable<BoardSpec['esphome']> }
  readonly display: EsphomeDisplay
  /** Of a TM1637: 4 or 6. */
  readonly digits: number
  readonly source: Source
  readonly site: string
  /** The first is shown at first; Home Assistant chooses among them. */
  readonly shows: readonly Shown[]
  /** `off`, or a step from 0 to 15. */
  readonly brightness: string
  /** As `22:00-07:00=off,19:00-22:00=1`. */
  readonly dim: string | undefined
  /** A name of tzdata. */
  readonly timezone: string
}

/** Each bridge publishes the attributes of an unchanged number once a minute. */
const mqttFreshFor = '150s'
const pollInterval = '15s'
const httpFreshFor = '60s'

/** A counter, as `visitors.today`. */
function counterName([metric, period]: Shown): string {
  return `${metric}.${period}`
}

/** What `secrets.yaml` calls the address of a counter at the bridge. */
export function urlSecret([metric, period]: Shown): string {
  return `${metric}_${period}_url`
}

/** The whole configuration of a desk for ESPHome. Pure. */
export function configuration(options: ConfigurationOptions): string {
  const { board, display, source } = options
  const blocks = [
    header(options),
    theDesk(options),
    source.kind === 'mqtt' ? fromMqtt(options, source) : fromHttp(options),
    theDisplay(options),
    forHomeAssistant(options),
    theBoard(board, source),
    network,
  ]
  if (display === 'max7219') blocks.push(spi(board))
  if (display === 'ht16k33') blocks.push(i2c(board))
  return `${blocks.map((block) => block.trim()).join('\n\n')}\n`
}

/** The names of `!secret` in a configuration. */
export function secretsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/!secret (\w+)/g)].map(([, name = '']) => name))]
}

function header({ board, display }: ConfigurationOptions): string {
  return `
# A visitor counter alone on the desk: ${board.name} and ${display.toUpperCase()}, with ESPHome.
# Beside this file: components/visitor_counter/ and secrets.yaml. Wires: wiring.md.
substitutions:
  name: visitor-desk

esphome:
  name: \${name}
  friendly_name: Visitor desk

external_components:
  - source: components
    components: [visitor_counter]`
}

function theDesk({ shows, site, brightness, dim, timezone, source }: ConfigurationOptions): string {
  const freshFor = source.kind === 'mqtt' ? mqttFreshFor : httpFreshFor
  return `
time:
  - platform: sntp
    id: local_time
    timezone: ${quoted(timezone)}

visitor_counter:
  id: visitors
  site: ${quoted(site)}
  counters: [${shows.map(counterName).join(', ')}]
  time_id: local_time
  # A number that nobody has confirmed for so long is marked by the last point.
  fresh_for: ${freshFor}
  brightness: ${quoted(brightness)}${dim === undefined ? '' : `\n  dim: ${quoted(dim)}`}`
}

function fromMqtt(
  { site, shows }: ConfigurationOptions,
  { port, login }: Source & { kind: 'mqtt' },
): string {
  const hears = shows.map(
    (shown) => `    - topic: ${quoted(topics.attributes(site, ...shown))}
      qos: 1
      then:
        - lambda: id(visitors).hear("${counterName(shown)}", x);`,
  )
  const account = '\n  username: !secret mqtt_user\n  password: !secret mqtt_password'
  return `
mqtt:
  broker: !secret mqtt_broker
  port: ${port}${login ? account : ''}
  client_id: \${name}
  # Anew each time: what the broker has retained comes again.
  clean_session: true
  topic_prefix: \${name}
  # No log at the broker.
  log_topic:
  # Without its broker a desk must not restart: it shows the last number, as old.
  reboot_timeout: 0s
  on_message:
${hears.join('\n')}
    - topic: ${quoted(topics.status(site))}
      qos: 1
      then:
        - lambda: id(visitors).hear_status(x);`
}

function fromHttp({ shows }: ConfigurationOptions): string {
  const asks = shows.map(
    (shown) => `            - http_request.get:
                url: !secret ${urlSecret(shown)}
                capture_response: true
                max_response_buffer_size: 1kB
                on_response:
                  then:
                    # From 2024.11 on it is called for 401 and 503 too.
                    - lambda: if (response->status_code == 200) id(visitors).hear("${counterName(shown)}", body);`,
  )
  return `
api:
  encryption:
    key: !secret api_key
  # Without Home Assistant a desk must not restart for want of it.
  reboot_timeout: 0s

http_request:
  timeout: 4s
  useragent: visitor-desk
  # For https too: no ESP8266 checks a certificate.
  verify_ssl: false
  follow_redirects: false

interval:
  - interval: ${pollInterval}
    then:
      - if:
          condition: wifi.connected
          then:
${asks.join('\n')}`
}

/** Who has no Home Assistant may delete these; the desk is as good without them. */
function forHomeAssistant({ shows }: ConfigurationOptions): string {
  return `
# For Home Assistant; without these blocks the desk is as good.
number:
  - platform: template
    name: Brightness
    icon: mdi:brightness-6
    min_value: 0
    max_value: 15
    step: 1
    update_interval: 5s
    lambda: return id(visitors).brightness();
    set_action:
      - lambda: id(visitors).set_brightness(x);

switch:
  - platform: template
    name: Display
    icon: mdi:led-on
    # The desk remembers it by itself; ESPHome would switch it off at each start.
    restore_mode: DISABLED
    lambda: return id(visitors).lit();
    turn_on_action:
      - lambda: id(visitors).set_lit(true);
    turn_off_action:
      - lambda: id(visitors).set_lit(false);

select:
  - platform: template
    name: Counter
    icon: mdi:counter
    options: [${shows.map(counterName).join(', ')}]
    update_interval: 5s
    lambda: return id(visitors).shown();
    set_action:
      - lambda: id(visitors).show(x);

text_sensor:
  - platform: template
    name: Number
    icon: mdi:account-group
    update_interval: 10s
    lambda: return id(visitors).count();

binary_sensor:
  - platform: template
    name: Old number
    device_class: problem
    lambda: return id(visitors).old();`
}

function theBoard({ esphome }: ConfigurationOptions['board'], source: Source): string {
  if (esphome.platform === 'esp32') {
    return `
esp32:
  board: ${esphome.board}
  framework:
    type: arduino`
  }
  const slow = `
  # From 3.1.0 on plain HTTP is very slow, says ESPHome itself.
  framework:
    version: 3.0.2`
  return `
esp8266:
  board: ${esphome.board}${source.kind === 'http' ? slow : ''}`
}

const network = `
logger:
  level: INFO

ota:
  - platform: esphome
    password: !secret ota_password

wifi:
  ssid: !secret wifi_ssid
  password: !secret wifi_password
  # Without its Wi-Fi a desk must not restart again and again: it shows the last number, as old.
  reboot_timeout: 0s
  # Where that Wi-Fi is away: an access point with a page to choose another. Without a password it is open.
  ap:
    password: !secret ap_password

captive_portal:`

/** Text that YAML takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
