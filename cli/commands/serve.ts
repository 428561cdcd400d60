import { didYouMean } from '../../common/did-you-mean.ts'
import { UsageError } from '../../common/errors.ts'
import { brokerAddress } from '../../common/mqtt/address.ts'
import type { BrokerAddress } from '../../common/mqtt/broker.ts'
import { reservedSite } from '../../common/mqtt/topics.ts'
import type { MqttBridge } from '../../server/publish/mqtt/bridge.ts'
import type { SiteOptions } from '../../server/readings/site-group.ts'
import { type CommandContext, command, ended } from '../command.ts'
import { openFileLimit } from '../process/open-files.ts'
import { processId } from '../process/process-id.ts'
import { type SiteValues, siteSettingNames, type Values } from '../settings/settings.ts'
import { either } from '../settings/types.ts'

type ParticleValues = Values<
  'particle' | 'particleToken' | 'particleMode' | 'particleBudget' | 'particleUrl' | 'stateDir'
>

export const serve = command({
  name: 'serve',
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

/** The sites of the settings file, or the one of the flags. */
export async function siteOptions(
  values: Omit<SiteValues, 'name'>,
  context: CommandContext,
): Promise<SiteOptions[]> {
  const sites = context.sites.length > 0 ? context.sites : [{ ...values, name: undefined }]
  return Promise.all(sites.map((site) => siteOption(site, context)))
}

/** Which database, which tables in it, and which of their numbers. */
async function siteOption(
  site: Omit<SiteValues, 'name'> & { name: string | undefined },
  { env }: CommandContext,
): Promise<SiteOptions> {
  const { name, database, wpConfig, tablePrefix, source, sql } = site
  const where = name === undefined ? '' : `site ${name}: `
  if (name === reservedSite) {
    throw new UsageError(
      `site ${name}: at an MQTT broker that is where the desks are; choose another name`,
    )
  }
  await checkSource(where, source, sql)
  if (database !== undefined) {
    const { parseDatabaseUrl } = await import('../../server/wordpress/database/connection.ts')
    return { name, connection: parseDatabaseUrl(database), tablePrefix, source, sql }
  }
  if (wpConfig !== undefined) {
    const { readWpConfig } = await import('../../server/wordpress/config/wp-config.ts')
    const config = await readWpConfig(wpConfig, { env })
    const prefix = tablePrefix ?? config.tablePrefix
    return { name, connection: config.connection, tablePrefix: prefix, source, sql }
  }
  throw new UsageError(
    `${where}which WordPress? Give --wp-config <path of wp-config.php> or --database mysql://user:password@host:3306/name`,
  )
}

async function checkSource(where: string, source: string, sql: string | undefined): Promise<void> {
  const { sources } = await import('../../server/wordpress/sources/index.ts')
  const { sqlSource } = await import('../../server/wordpress/sources/sql.ts')
  const ids = ['auto', 'sql', ...sources.map(({ id }) => id)]
  if (!ids.includes(source)) {
    throw new UsageError(
      `${where}--source: "${source}" is not known; it must be ${either(ids)}${didYouMean(source, ids)}`,
    )
  }
  if ((source === 'sql') !== (sql !== undefined)) {
    throw new UsageError(
      `${where}--source sql and --sql "SELECT …" (one row, one whole number) belong together`,
    )
  }
  if (sql !== undefined) sqlSource(sql)
}
