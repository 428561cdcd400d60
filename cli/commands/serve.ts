import { UsageError } from '../../common/errors.ts'
import { type BrokerAddress, brokerAddress } from '../../common/mqtt/address.ts'
import type { MqttBridge } from '../../server/publish/mqtt/bridge.ts'
import { type CommandContext, command, ended } from '../command.ts'
import { openFileLimit } from '../process/open-files.ts'
import { processId } from '../process/process-id.ts'
import { siteSettingNames, type Values } from '../settings/settings.ts'
import { siteOptions } from '../sites.ts'

type ParticleValues = Values<
  'particle' | 'particleToken' | 'particleMode' | 'particleBudget' | 'particleUrl' | 'stateDir'
>

export const serve = command({
  name: 'serve',
  group: 'To run',
  example: 'visitor-counter serve --wp-config /var/www/html/wp-config.php',
  summary: 'the bridge: reads the WordPress database and serves the count over HTTP',
  settings: [
    ...siteSettingNames,
    'totals',
    'poll',
    'host',
    'port',
    'stateDir',
    'particle',
    'particleToken',
    'particleMode',
    'particleBudget',
    'particleUrl',
    'token',
    'cors',
    'basePath',
    'trustedProxy',
    'mqtt',
    'homeAssistant',
    'tasmota',
    'awtrix',
    'from',
  ],
  async run(values, context) {
    const { startBridge } = await import('../../server/serve.ts')
    const from = replicaOf(values, context)
    const mqtt = await openMqtt(values, context)
    const bridge = await startBridge({
      sites: from === undefined ? await siteOptions(values, context) : [],
      ...(from === undefined ? {} : { from: { from, id: await processId() } }),
      leaderships: mqtt,
      pollMs: values.poll,
      carry: values.totals === 'carry',
      host: values.host,
      port: values.port,
      stateDir: values.stateDir,
      publishers: [
        ...(mqtt === undefined ? [] : [mqtt.publisher.bind(mqtt)]),
        ...(await particlePublishers(values, context)),
        ...(await tasmotaPublishers(values, context)),
        ...(await awtrixPublishers(values, context)),
      ],
      access: {
        token: values.token,
        basePath: values.basePath,
        cors: values.cors,
        trustedProxies: values.trustedProxy ?? [],
      },
      openFiles: await openFileLimit(),
      now: Date.now,
      random: Math.random,
      log: context.log,
      signal: context.signal,
      onListening: context.ready,
    })
    await ended(context)
    await bridge.stop()
  },
})

/** The desks of the Particle Cloud, if there are any. */
async function particlePublishers(values: ParticleValues, { log }: CommandContext) {
  const { particle: desks, particleToken: token, particleUrl: url, particleMode: mode } = values
  if (desks === undefined) return []
  if (token === undefined) {
    throw new UsageError('--particle-token (or PARTICLE_TOKEN) is missing; --particle needs it')
  }
  const readings = new Set(desks.map(({ device: _, ...reading }) => JSON.stringify(reading)))
  if (mode === 'event' && readings.size > 1) {
    throw new UsageError('--particle: with --particle-mode event all devices show the same')
  }
  const { particlePublisher } = await import('../../server/publish/particle/publisher.ts')
  const { openCloud } = await import('../../common/particle-cloud.ts')
  return [
    particlePublisher({
      cloud: openCloud({ url, token }),
      mode,
      desks,
      budget: values.particleBudget,
      stateDir: values.stateDir,
      now: Date.now,
      random: Math.random,
      log,
    }),
  ]
}

/** Displays at boards with Tasmota, if there are any. */
async function tasmotaPublishers(
  { tasmota: desks, mqtt }: Values<'tasmota' | 'mqtt'>,
  { log }: CommandContext,
) {
  if (desks === undefined) return []
  if (mqtt === undefined) throw new UsageError('--tasmota needs --mqtt <broker of the boards>')
  const { tasmotaPublisher } = await import('../../server/publish/tasmota/publisher.ts')
  const connection = await connectionAt(mqtt, 'tasmota')
  return [tasmotaPublisher({ ...connection, desks, now: Date.now, random: Math.random, log })]
}

/** Clocks with AWTRIX, if there are any. */
async function awtrixPublishers(
  { awtrix: clocks, mqtt }: Values<'awtrix' | 'mqtt'>,
  { log }: CommandContext,
) {
  if (clocks === undefined) return []
  const isAtBroker = clocks.some(({ at }) => 'prefix' in at)
  if (isAtBroker && mqtt === undefined) {
    throw new UsageError('--awtrix mqtt:<prefix> needs --mqtt <broker of the clock>')
  }
  const { awtrixPublisher } = await import('../../server/publish/awtrix/publisher.ts')
  const broker = isAtBroker && mqtt !== undefined ? await connectionAt(mqtt, 'awtrix') : undefined
  return [awtrixPublisher({ clocks, broker, now: Date.now, random: Math.random, log })]
}

/** A connection of its own to the broker: an id is for one. */
async function connectionAt(mqtt: string, name: string) {
  const { clientIdOf } = await import('../../common/mqtt/client-id.ts')
  const clientId = clientIdOf(await processId(), name)
  return { address: brokerAddress(mqtt, '--mqtt'), clientId }
}

/** The broker that a replica has its readings from. */
function replicaOf(
  { from, database, wpConfig, mqtt }: Values<'from' | 'database' | 'wpConfig' | 'mqtt'>,
  { sites }: CommandContext,
): BrokerAddress | undefined {
  if (from === undefined) return undefined
  if (database !== undefined || wpConfig !== undefined || sites.length > 0) {
    throw new UsageError(
      '--from takes the readings from a broker, so there is no use for --database, --wp-config and "sites"',
    )
  }
  if (mqtt !== undefined) {
    throw new UsageError(
      '--from and --mqtt are both given; who reads from a broker does not publish',
    )
  }
  return brokerAddress(from, '--from')
}

async function openMqtt(
  { mqtt, homeAssistant: isWanted }: Values<'mqtt' | 'homeAssistant'>,
  { log, version }: CommandContext,
): Promise<MqttBridge | undefined> {
  if (mqtt === undefined) {
    if (isWanted) throw new UsageError('--home-assistant needs --mqtt <broker of Home Assistant>')
    return undefined
  }
  const address = brokerAddress(mqtt, '--mqtt')
  const { MqttBridge } = await import('../../server/publish/mqtt/bridge.ts')
  const { homeAssistant } = await import('../../server/publish/mqtt/home-assistant.ts')
  return new MqttBridge({
    address,
    id: await processId(),
    now: Date.now,
    random: Math.random,
    log,
    homeAssistant: isWanted ? homeAssistant(version) : undefined,
  })
}
