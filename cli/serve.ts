import type { BrokerAddress } from '../broker.ts'
import { UsageError } from '../errors.ts'
import type { MqttBridge } from '../server/publish/mqtt.ts'
import type { SiteOptions } from '../server/readings/site-group.ts'
import { brokerAddress } from './broker-address.ts'
import { command, ended, type World } from './command.ts'
import type { SiteValues } from './load.ts'
import { processId } from './process-id.ts'
import type { Values } from './settings.ts'

type ParticleValues = Values<
  'particle' | 'particleToken' | 'particleMode' | 'particleBudget' | 'particleUrl' | 'stateDir'
>

export const serve = command({
  name: 'serve',
  summary: 'the bridge: reads the WordPress database and serves the count over HTTP',
  settings: [
    ...(['database', 'wpConfig', 'tablePrefix', 'source', 'sql', 'totals', 'poll'] as const),
    ...(['host', 'port', 'stateDir', 'particle', 'particleToken'] as const),
    ...(['particleMode', 'particleBudget', 'particleUrl'] as const),
    ...(['accessToken', 'cors', 'basePath', 'trustedProxies'] as const),
    ...(['mqtt', 'homeAssistant', 'from'] as const),
  ],
  async run(values, world) {
    const { startBridge } = await import('../server/serve.ts')
    const from = replicaOf(values, world)
    const mqtt = await openMqtt(values, world)
    const bridge = await startBridge({
      sites: from === undefined ? await siteOptions(values, world) : [],
      ...(from === undefined ? {} : { from: { from, id: await processId() } }),
      turns: mqtt,
      pollMs: values.poll,
      carry: values.totals === 'carry',
      host: values.host,
      port: values.port,
      stateDir: values.stateDir,
      publishers: [
        ...(mqtt === undefined ? [] : [mqtt.publisher.bind(mqtt)]),
        ...(await particlePublishers(values, world)),
      ],
      guard: {
        ...{ token: values.accessToken, basePath: values.basePath, cors: values.cors },
        trustedProxies: values.trustedProxies ?? [],
      },
      now: Date.now,
      random: Math.random,
      ...{ log: world.log, signal: world.signal, onListening: world.ready },
    })
    await ended(world)
    await bridge.stop()
  },
})

/** The desks of the Particle Cloud, if there are any. */
async function particlePublishers(values: ParticleValues, { log }: World) {
  const { particle: desks, particleToken: token, particleUrl: url, particleMode: mode } = values
  if (desks === undefined) return []
  if (token === undefined) {
    throw new UsageError('--particle-token (or PARTICLE_TOKEN) is missing; --particle needs it')
  }
  const readings = new Set(desks.map(({ device: _, ...reading }) => JSON.stringify(reading)))
  if (mode === 'event' && readings.size > 1) {
    throw new UsageError('--particle: with --particle-mode event all devices show the same')
  }
  const { particlePublisher } = await import('../server/publish/particle.ts')
  const { openCloud } = await import('../particle-cloud.ts')
  return [
    particlePublisher({
      ...{ cloud: openCloud({ url, token }), mode, desks, budget: values.particleBudget },
      ...{ stateDir: values.stateDir, now: Date.now, random: Math.random, log },
    }),
  ]
}

/** The broker that a replica has its readings from. */
function replicaOf(
  { from, database, wpConfig, mqtt }: Values<'from' | 'database' | 'wpConfig' | 'mqtt'>,
  { sites }: World,
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
  { log }: World,
): Promise<MqttBridge | undefined> {
  if (mqtt === undefined) {
    if (isWanted) throw new UsageError('--home-assistant needs --mqtt <broker of Home Assistant>')
    return undefined
  }
  const address = brokerAddress(mqtt, '--mqtt')
  const { MqttBridge } = await import('../server/publish/mqtt.ts')
  const { homeAssistant } = await import('../server/publish/home-assistant.ts')
  return new MqttBridge({
    ...{ address, id: await processId(), now: Date.now, random: Math.random, log },
    homeAssistant: isWanted ? homeAssistant : undefined,
  })
}

/** The sites of the settings file, or the one of the flags. */
export async function siteOptions(
  values: Omit<SiteValues, 'name'>,
  world: World,
): Promise<SiteOptions[]> {
  const { database, wpConfig } = values
  if (world.sites.length === 0) return [await siteOption({ ...values, name: undefined }, world)]
  if (database !== undefined || wpConfig !== undefined) {
    throw new UsageError('the settings file has "sites", so --database and --wp-config have no use')
  }
  return Promise.all(world.sites.map((site) => siteOption(site, world)))
}

/** Which database, which tables in it, and which of their numbers. */
async function siteOption(
  site: Omit<SiteValues, 'name'> & { name: string | undefined },
  { env }: World,
): Promise<SiteOptions> {
  const { name, database, wpConfig, tablePrefix, source, sql } = site
  await checkSource(source, sql)
  const where = name === undefined ? '' : `site ${name}: `
  if (database !== undefined && wpConfig !== undefined) {
    throw new UsageError(`${where}--database and --wp-config are both given; give one`)
  }
  if (database !== undefined) {
    const { parseDatabaseUrl } = await import('../server/wordpress/connection.ts')
    return { name, connection: parseDatabaseUrl(database), tablePrefix, source, sql }
  }
  if (wpConfig !== undefined) {
    const { readWpConfig } = await import('../server/wordpress/wp-config.ts')
    const config = await readWpConfig(wpConfig, { env })
    const prefix = tablePrefix ?? config.tablePrefix
    return { name, connection: config.connection, tablePrefix: prefix, source, sql }
  }
  throw new UsageError(
    `${where}which WordPress? Give --wp-config <path of wp-config.php> or --database mysql://user:password@host:3306/name`,
  )
}

async function checkSource(source: string, sql: string | undefined): Promise<void> {
  const { sources } = await import('../server/wordpress/sources/index.ts')
  const { sqlSource } = await import('../server/wordpress/sources/sql.ts')
  const ids = ['auto', 'sql', ...sources.map(({ id }) => id)]
  if (!ids.includes(source)) {
    throw new UsageError(`--source: "${source}" is not known; it must be ${ids.join(', ')}`)
  }
  if ((source === 'sql') !== (sql !== undefined)) {
    throw new UsageError(
      '--source sql and --sql "SELECT …" (one row, one whole number) belong together',
    )
  }
  if (sql !== undefined) sqlSource(sql)
}
