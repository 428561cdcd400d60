import { spawn } from 'node:child_process'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FatalError, UsageError } from '../../common/errors.ts'
import { homeFolder } from '../settings/home.ts'
import type { Environment } from '../settings/setting.ts'
import type { SiteValues, Values } from '../settings/settings.ts'
import { launchAgent, launchLabel, scheduledTask } from './other-systems.ts'
import {
  type Access,
  dropIn,
  type Role,
  type SecretFile,
  type ServiceWanted,
  unitName,
} from './plan.ts'
import { installScript, removeScript, type UnitFile } from './script.ts'
import type { serviceSettings } from './settings.ts'

const folder = '/etc/systemd/system'
/** A first count of a large table is told as "counting", which is well. */
const healthSeconds = 60

type ServiceValues = Values<(typeof serviceSettings)[number]>

export interface InstallOptions {
  readonly values: ServiceValues
  /** Of the settings file, if it has several. */
  readonly sites: readonly SiteValues[]
  readonly settingsFile: string
  readonly env: Environment
  readonly say: (line: string) => void
}

/** What runs on this machine by these settings. */
export function rolesOf({ values, sites }: Pick<InstallOptions, 'values' | 'sites'>): Role[] {
  const { database, wpConfig, wordpress, from, board, display } = values
  const hasNumber =
    [database, wpConfig, wordpress, from].some((each) => each !== undefined) || sites.length > 0
  const hasDesk =
    board !== undefined &&
    board.kind !== 'virtual' &&
    board.kind !== 'esphome' &&
    display !== 'terminal'
  return [...(hasNumber ? ['serve' as const] : []), ...(hasDesk ? ['device' as const] : [])]
}

/**
 * Makes services of what the settings say, has them started, and waits until they are well.
 *
 * @returns whether they run; false where the user has to type what was said
 * @throws FatalError when they did not get well; all is as before then
 */
export async function installServices(options: InstallOptions): Promise<boolean> {
  const roles = rolesOf(options)
  if (roles.length === 0) {
    throw new UsageError(
      `${options.settingsFile} names neither a WordPress nor a board, so there is nothing to start: run "visitor-counter setup" first`,
    )
  }
  if (process.platform === 'darwin') return installLaunchAgents(options, roles)
  if (process.platform === 'win32') {
    options.say('Type this in a console, so that it starts whenever you log in:')
    for (const role of roles)
      options.say(`  ${scheduledTask({ role, ...programOf(), ...options, logFile: '' })}`)
    return false
  }
  const wanted = await wantedOf(options, roles)
  const { host, port } = options.values
  const address = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  const script = installScript({
    folder,
    files: (await Promise.all(roles.map((role) => unitFiles(role, wanted)))).flat(),
    units: roles.map(unitName),
    node: wanted.node,
    healthUrl: roles.includes('serve')
      ? `http://${address.includes(':') ? `[${address}]` : address}:${port}/health`
      : undefined,
    healthSeconds,
  })
  return asRoot(script, 'install', options)
}

/** Takes them away again; the settings file stays. */
export async function removeServices(
  options: Pick<InstallOptions, 'env' | 'say'>,
): Promise<boolean> {
  const roles: Role[] = ['serve', 'device']
  if (process.platform === 'darwin') {
    for (const role of roles) {
      const path = agentPath(role)
      if (!existsSync(path)) continue
      await runVisibly(['launchctl', 'unload', '-w', path])
      await rm(path)
    }
    return true
  }
  if (process.platform === 'win32') {
    for (const role of roles) options.say(`  schtasks /Delete /TN "visitor-counter ${role}"`)
    return false
  }
  const units = roles.map(unitName).filter((unit) => existsSync(join(folder, unit)))
  if (units.length === 0) {
    options.say('No service of visitor-counter is installed.')
    return true
  }
  return asRoot(removeScript(folder, units), 'remove', options)
}

/** The unit of a role as it is delivered, and what stands beside it on this machine. */
async function unitFiles(role: Role, wanted: ServiceWanted): Promise<UnitFile[]> {
  const unit = unitName(role)
  const delivered = (name: string) =>
    readFile(fileURLToPath(new URL(`../deploy/systemd/${name}`, import.meta.url)), 'utf8')
  return [
    { name: unit, text: await delivered(unit) },
    { name: `${unit}.d/settings.conf`, text: dropIn(role, wanted) },
    ...(role === 'device' && wanted.packagesIn !== undefined
      ? [{ name: `${unit}.d/raspberry-pi.conf`, text: await delivered('raspberry-pi.conf') }]
      : []),
  ]
}

function programOf(): { node: string; program: string } {
  return { node: process.execPath, program: realpathSync(process.argv[1] ?? '') }
}

async function wantedOf(
  { values, sites, settingsFile, env }: InstallOptions,
  roles: readonly Role[],
): Promise<ServiceWanted> {
  const { board } = values
  const wordpresses = sites.length > 0 ? sites : [values]
  const wpConfigs = wordpresses.flatMap(({ wpConfig, ssh }) =>
    wpConfig === undefined || ssh !== undefined ? [] : [wpConfig],
  )
  return {
    roles,
    ...programOf(),
    settingsFile: resolve(settingsFile),
    wpConfigs: await Promise.all(wpConfigs.map((path) => configOf(path, env))),
    secrets: [
      ...(wordpresses.some(({ ssh }) => ssh !== undefined) ? sshFiles(values, sites) : []),
      ...(await agentKeys(wordpresses, values.stateDir)),
    ],
    serialPort:
      board?.kind === 'serial' && existsSync(board.path) ? realpathSync(board.path) : undefined,
    packagesIn: board?.kind === 'raspi' || board?.kind === 'io' ? process.cwd() : undefined,
  }
}

async function configOf(
  wpConfig: string,
  env: Environment,
): Promise<ServiceWanted['wpConfigs'][number]> {
  const { findWpConfig } = await import('../../server/wordpress/config/wp-config.ts')
  const { file } = findWpConfig(resolve(wpConfig), { env })
  const path = realpathSync(file)
  return { path, access: accessOf(path) }
}

function accessOf(path: string): Access {
  const { mode, gid } = statSync(path)
  if ((mode & 0o004) !== 0) return 'all'
  return (mode & 0o040) === 0 ? 'owner' : { group: gid }
}

/** A service has no home: what ssh finds there for a person is handed over. */
function sshFiles(
  { sshKey, sshKnownHosts }: ServiceValues,
  sites: readonly SiteValues[],
): SecretFile[] {
  const own = sites.find((site) => site.sshKey !== sshKey || site.sshKnownHosts !== sshKnownHosts)
  if (own !== undefined) {
    throw new UsageError(
      `site ${own.name}: a service has one ssh-key and one ssh-known-hosts for all sites: write them beside "sites", not in one of them`,
    )
  }
  const home = join(homeFolder(), '.ssh')
  const key =
    sshKey ?? ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, name)).find(existsSync)
  const known = sshKnownHosts ?? [join(home, 'known_hosts')].find(existsSync)
  return [
    ...(key === undefined ? [] : [{ name: 'ssh-key', variable: 'SSH_KEY', path: resolve(key) }]),
    ...(known === undefined
      ? []
      : [{ name: 'ssh-known-hosts', variable: 'SSH_KNOWN_HOSTS', path: resolve(known) }]),
  ]
}

/** The keys of agents, each under the name that the program looks for among its credentials. */
async function agentKeys(
  wordpresses: readonly Pick<SiteValues, 'wordpress' | 'agentKey'>[],
  stateDir: string,
): Promise<SecretFile[]> {
  const { keyFileOf } = await import('../../server/wordpress/agent/key.ts')
  const { parseWordpressUrl } = await import('../../server/wordpress/agent/place.ts')
  return wordpresses.flatMap(({ wordpress, agentKey }) => {
    if (wordpress === undefined) return []
    const usual = keyFileOf(stateDir, parseWordpressUrl(wordpress))
    const path = resolve(agentKey ?? usual)
    if (!existsSync(path)) {
      throw new UsageError(
        `${path}: there is no key of ${wordpress}; run "visitor-counter agent ${wordpress}" as this user first, or give --agent-key`,
      )
    }
    return [{ name: basename(usual), path }]
  })
}

/** Runs a script with one visible sudo; without one the user is told what to type. */
async function asRoot(
  script: string,
  what: 'install' | 'remove',
  { env, say }: Pick<InstallOptions, 'env' | 'say'>,
): Promise<boolean> {
  const isRoot = process.getuid?.() === 0
  const hasSudo = (env['PATH'] ?? '')
    .split(delimiter)
    .some((path) => existsSync(join(path, 'sudo')))
  const temporary = await mkdtemp(join(tmpdir(), 'visitor-counter-'))
  const path = join(temporary, `${what}-service.sh`)
  await writeFile(path, script, { mode: 0o700 })
  if (!existsSync('/run/systemd/system')) {
    say(`No systemd runs here. On a machine with one, root types:\n  sh ${path}`)
    return false
  }
  if (!isRoot && !hasSudo) {
    say(`There is no sudo here. As root, type:\n  sh ${path}`)
    return false
  }
  const command = isRoot ? ['sh', path] : ['sudo', 'sh', path]
  say(`  ${command.join(' ')}`)
  const code = await runVisibly(command)
  await rm(temporary, { recursive: true, force: true })
  if (code !== 0)
    throw new FatalError(`the services could not be ${what}ed`.replace('removeed', 'removed'))
  return true
}

function runVisibly([program = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

function agentPath(role: Role): string {
  return join(homeFolder(), 'Library', 'LaunchAgents', `${launchLabel(role)}.plist`)
}

async function installLaunchAgents(
  { settingsFile }: InstallOptions,
  roles: readonly Role[],
): Promise<boolean> {
  for (const role of roles) {
    const path = agentPath(role)
    const logFile = join(homeFolder(), 'Library', 'Logs', `${launchLabel(role)}.log`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(
      path,
      launchAgent({ role, ...programOf(), settingsFile: resolve(settingsFile), logFile }),
    )
    const code = await runVisibly(['launchctl', 'load', '-w', path])
    if (code !== 0) throw new FatalError(`launchctl could not load ${path}`)
  }
  return true
}
