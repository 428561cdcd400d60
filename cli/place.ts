import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { FatalError, UsageError } from '../common/errors.ts'
import type { Logger } from '../common/log.ts'
import type { DatabasePlace, Located } from '../server/wordpress/database/place.ts'
import type { SshTarget } from '../server/wordpress/ssh/target.ts'
import type { Environment } from './settings/setting.ts'
import type { SiteValues } from './settings/settings.ts'

type PlaceValues = Pick<
  SiteValues,
  | 'database'
  | 'wpConfig'
  | 'ssh'
  | 'sshKey'
  | 'sshKnownHosts'
  | 'php'
  | 'tablePrefix'
  | 'wordpress'
  | 'agentKey'
  | 'source'
>

export interface PlaceContext {
  readonly env: Environment
  readonly log: Logger
  /** Where keys of agents lie that are not named. */
  readonly stateDir: string
}

/**
 * Where the database of a site is, by its settings: at an address, or where a wp-config.php says, on this
 * machine or on one that ssh reaches.
 *
 * @param where which of several sites, for messages
 * @throws UsageError for settings that say too little, or a local configuration that cannot be told
 */
export async function placeOf(
  where: string,
  values: PlaceValues,
  { env, log, stateDir }: PlaceContext,
  now = Date.now,
): Promise<DatabasePlace> {
  const { database, wpConfig, php } = values
  const ssh = targetOf(values)
  if (values.wordpress !== undefined) {
    return agentOf(where, values.wordpress, values, { env, log, stateDir }, now)
  }
  if (values.agentKey !== undefined) {
    throw new UsageError(`${where}--agent-key needs --wordpress https://www.example.com`)
  }
  const { configuredPlace, fixedPlace } = await import('../server/wordpress/database/place.ts')
  if (database !== undefined) {
    const { parseDatabaseUrl } = await import('../server/wordpress/database/connection.ts')
    const connection = parseDatabaseUrl(database)
    if (ssh === undefined) return fixedPlace(connection)
    if (connection.engine !== 'mysql') {
      throw new UsageError(
        '--ssh reaches a MySQL or MariaDB database; an SQLite file it cannot read',
      )
    }
    const { sshSteps } = await import('../server/wordpress/ssh/steps.ts')
    return { ...fixedPlace({ ...connection, ssh }), steps: () => sshSteps(ssh) }
  }
  if (wpConfig === undefined) {
    throw new UsageError(
      `${where}which WordPress? Give --wp-config <path of wp-config.php>, --database mysql://user:password@host:3306/name, or --wordpress https://www.example.com where only PHP runs`,
    )
  }
  if (php) log.warn(`--php: PHP runs ${wpConfig}, with all that it includes, ${asWhom(ssh)}`)
  if (ssh !== undefined) {
    const { describeTarget } = await import('../server/wordpress/ssh/target.ts')
    const { sshSteps } = await import('../server/wordpress/ssh/steps.ts')
    const locate = () => locateFar(ssh, wpConfig, values)
    const place = configuredPlace({
      now,
      description: `the database of ${wpConfig} at ${describeTarget(ssh)}`,
      engine: 'mysql',
      locate,
    })
    return { ...place, steps: () => sshSteps(ssh, locate) }
  }
  const locate = () => locateHere(wpConfig, env, values)
  const first = await locate()
  const { describeConnection } = await import('../server/wordpress/database/connection.ts')
  return configuredPlace({
    now,
    description: describeConnection(first.connection),
    engine: first.connection.engine,
    first,
    locate,
    stamp: () => stampOf(first.file),
    ...(isCredential(first.file, env)
      ? {
          unchanging: `${first.file} is the copy that systemd made when the service started: after a change of the file restart it`,
        }
      : {}),
  })
}

/** A WordPress that has the agent. */
async function agentOf(
  where: string,
  address: string,
  { ssh, source, agentKey }: PlaceValues,
  { env, stateDir }: PlaceContext,
  now: () => number,
): Promise<DatabasePlace> {
  const { agentPlace, parseWordpressUrl } = await import('../server/wordpress/agent/place.ts')
  const { keyFileOf, readKey } = await import('../server/wordpress/agent/key.ts')
  if (ssh !== undefined) {
    throw new UsageError(`${where}--wordpress asks the agent there; --ssh has no part in that`)
  }
  if (source === 'sql') {
    throw new UsageError(
      `${where}--source sql: the agent at --wordpress runs statements of its own list only`,
    )
  }
  const url = parseWordpressUrl(address)
  const usual = keyFileOf(stateDir, url)
  const file = credential(env, basename(usual)) ?? agentKey ?? usual
  const key = await readKey(file, url).catch(async (error: unknown) => {
    throw await withPublicCounts(error, url)
  })
  const place = agentPlace(url, key, now)
  return {
    ...place,
    async *steps() {
      yield { subject: 'agent key', text: file }
      yield* place.steps?.() ?? []
    },
  }
}

/** A WordPress without the agent may tell a number all the same, if to a device only. */
async function withPublicCounts(error: unknown, url: URL): Promise<unknown> {
  const { findPublicCounts } = await import('../server/wordpress/agent/public-rest.ts')
  const found = await findPublicCounts(url, fetch)
  if (!(error instanceof FatalError) || found.length === 0) return error
  const ways = found.map(
    ({ plugin, address }) => `${plugin}: visitor-counter device --count-url '${address}'`,
  )
  return new FatalError(`${error.message}. Or show what it tells everybody: ${ways.join('; ')}`)
}

/** A file that systemd hands to the service: it counts before one that only a person may read. */
function credential({ CREDENTIALS_DIRECTORY: folder }: Environment, name: string) {
  const path = folder ? join(folder, name) : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}

function isCredential(file: string, { CREDENTIALS_DIRECTORY: folder }: Environment): boolean {
  return folder !== undefined && folder !== '' && file.startsWith(join(folder, '/'))
}

function targetOf({ ssh, sshKey, sshKnownHosts }: PlaceValues): SshTarget | undefined {
  if (ssh === undefined) {
    if (sshKey === undefined && sshKnownHosts === undefined) return undefined
    throw new UsageError('--ssh-key and --ssh-known-hosts need --ssh user@host')
  }
  return {
    ...ssh,
    ...(sshKey === undefined ? {} : { key: sshKey }),
    ...(sshKnownHosts === undefined ? {} : { knownHosts: sshKnownHosts }),
  }
}

function asWhom(ssh: SshTarget | undefined): string {
  return ssh === undefined
    ? 'as the user who runs this command: only give files that you trust'
    : `as ${ssh.destination} there`
}

/** Which file it was, and of what time: that of another is another. */
function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.mtimeMs} ${found.size}`
}

async function locateHere(
  path: string,
  env: Environment,
  { php, tablePrefix }: PlaceValues,
): Promise<Located & { readonly file: string }> {
  const { findWpConfig, readWpConfig } = await import('../server/wordpress/config/wp-config.ts')
  if (!php) return readWpConfig(path, { env }, tablePrefix !== undefined)
  const { runWpConfig } = await import('../server/wordpress/config/run-php.ts')
  return runWpConfig(findWpConfig(path, { env }).file)
}

async function locateFar(
  ssh: SshTarget,
  path: string,
  { php, tablePrefix }: PlaceValues,
): Promise<Located> {
  const { findWpConfig, readWpConfig } = await import('../server/wordpress/config/wp-config.ts')
  const { farOutput } = await import('../server/wordpress/ssh/far-command.ts')
  const { lookScript, withFarFiles } = await import('../server/wordpress/ssh/far-files.ts')
  const { remoteCommand } = await import('../server/wordpress/ssh/target.ts')
  if (!posix.isAbsolute(path)) {
    throw new UsageError(
      `--wp-config: with --ssh it is a path on the far machine, from its root: /var/www/html, not ${path}`,
    )
  }
  const look = (paths: readonly string[]) =>
    farOutput(ssh, ['sh', '-c', lookScript, 'sh', ...paths])
  const located = await withFarFiles(path, look, async (world) => {
    if (!php) return readWpConfig(path, world, tablePrefix !== undefined)
    const { runWpConfig } = await import('../server/wordpress/config/run-php.ts')
    return runWpConfig(findWpConfig(path, world).file, ['ssh', ...remoteCommand(ssh, ['php'])])
  })
  const { connection } = located
  if (connection.engine !== 'mysql') {
    throw new UsageError(
      `${dirname(path)}: this WordPress keeps its data in an SQLite file, which --ssh cannot read`,
    )
  }
  return { ...located, connection: { ...connection, ssh } }
}
