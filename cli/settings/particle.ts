import * as v from 'valibot'
import { deviceName, particleUrl } from '../../common/particle-cloud.ts'
import type { Desk } from '../../server/publish/particle/publisher.ts'
import { parseCountQuery } from '../../server/readings/choose-count.ts'
import type { Settings } from './setting.ts'
import { choice, HttpUrl, listOf, matching, Token, whole } from './types.ts'

const desksMessage =
  '<device>, or <device>=<metric>.<period> with @<site> behind it, several separated by commas'
/** Devices with what each is to show; the key of a desk is its device. */
const Desks = v.pipe(
  listOf(parseDesk, desksMessage),
  v.check(
    (desks) => new Set(desks.map(({ device }) => device)).size === desks.length,
    'devices that differ',
  ),
)

function parseDesk(text: string): Desk | undefined {
  const [, device = '', reading] = /^([^=]*)(?:=(.*))?$/.exec(text) ?? []
  if (!deviceName.test(device)) return undefined
  const query = reading === undefined ? {} : parseCountQuery(reading)
  if (query === undefined) return undefined
  const { metric, period = 'total', site } = query
  return { device, metric, period, site }
}

/** Devices of the Particle Cloud. */
export const particleSettings = {
  particle: {
    flag: '--particle <devices>',
    env: 'PARTICLE_DEVICES',
    help: `devices of the Particle Cloud to show readings on: ${desksMessage}`,
    schema: Desks,
    list: true,
  },
  particleToken: {
    flag: '--particle-token <token>',
    env: 'PARTICLE_TOKEN',
    help: 'an access token of the Particle Cloud',
    schema: Token,
    secret: true,
  },
  particleMode: {
    flag: '--particle-mode <how>',
    env: 'PARTICLE_MODE',
    help: 'function (each device is called, and answers) or event (one for all of them, unanswered)',
    schema: choice(['function', 'event']),
    default: 'function',
  },
  particleBudget: {
    flag: '--particle-budget <operations>',
    env: 'PARTICLE_BUDGET',
    help: 'data operations of the Particle Cloud that may be used in a month',
    schema: whole(100, 999_999_999, 'a whole number of operations from 100'),
    default: '100000',
  },
  particleUrl: {
    flag: '--particle-url <url>',
    env: 'PARTICLE_URL',
    help: 'the Particle Cloud, or a local cloud that speaks as it does',
    schema: HttpUrl,
    default: particleUrl,
  },
  device: {
    flag: '--device <name>',
    env: 'PARTICLE_DEVICE',
    help: 'the name or id of a Photon',
    schema: matching(deviceName, 'a name or id of a Particle device'),
  },
  dryRun: {
    flag: '--dry-run',
    env: 'DRY_RUN',
    help: 'compiles, or looks into the file, and leaves the device as it is',
  },
} satisfies Settings
