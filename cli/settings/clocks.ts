import * as v from 'valibot'
import { parseClock } from '../../server/publish/awtrix/clock.ts'
import type { TasmotaDesk } from '../../server/publish/tasmota/publisher.ts'
import { parseCountQuery } from '../../server/readings/choose-count.ts'
import type { Settings } from './setting.ts'
import { listOf } from './types.ts'

const tasmotaMessage =
  '<topic>=<digits>, or <topic>=<digits>:<metric>.<period> with @<site> behind it, several separated by commas'
const mostDigits = 16

const Tasmotas = v.pipe(
  listOf((text): TasmotaDesk | undefined => {
    const [, topic = '', digits = '', reading] =
      /^([^\s=+#]+)=(\d{1,2})(?::(.+))?$/.exec(text) ?? []
    const query = reading === undefined ? {} : parseCountQuery(reading)
    const count = Number(digits)
    if (topic === '' || query === undefined || count < 1 || count > mostDigits) return undefined
    return { topic, digits: count, query }
  }, tasmotaMessage),
  v.check(
    (desks) => new Set(desks.map(({ topic }) => topic)).size === desks.length,
    'topics that differ',
  ),
)

const clocksMessage =
  'mqtt:<prefix> or http://<clock>, with ?metric=…&period=…&site=…&icon=… behind it where you like, several separated by commas'

/** Displays of others that the bridge writes on. */
export const clockSettings = {
  tasmota: {
    flag: '--tasmota <displays>',
    env: 'TASMOTA',
    help: `with --mqtt: displays at boards with Tasmota to write on: ${tasmotaMessage}`,
    schema: Tasmotas,
    list: true,
  },
  awtrix: {
    flag: '--awtrix <clocks>',
    env: 'AWTRIX',
    help: `clocks with AWTRIX 3 or NG to push an app to: ${clocksMessage}`,
    schema: listOf(parseClock, clocksMessage),
    list: true,
    secret: true,
  },
} satisfies Settings
