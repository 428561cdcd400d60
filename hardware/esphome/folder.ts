import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FatalError } from '../../common/errors.ts'
import { secretsIn } from './configuration.ts'

/** What `secrets.yaml` is to have. Key: its name there. */
type Secrets = Readonly<Record<string, string>>

export interface FolderOptions {
  readonly folder: string
  readonly configuration: string
  /** Those that are known, as addresses; the others are made, or left to be filled in. */
  readonly secrets: Secrets
  /** The folders of the component and of the rules. */
  readonly sources: readonly string[]
  /** Told each step, in lines for people. */
  readonly say: (line: string) => void
}

const configurationName = 'visitor-desk.yaml'
const secretsName = 'secrets.yaml'

/** What only the owner knows, with what stands there until it is filled in. */
const toFillIn: Secrets = {
  wifi_ssid: 'the name of your Wi-Fi',
  wifi_password: 'its password',
  mqtt_user: 'an account of the broker that may read',
  mqtt_password: 'its password',
}

/** Of the rules, what only firmware without ESPHome needs. */
const leftOut = ['visitor_counter.h']

/**
 * Writes a folder that ESPHome compiles as it is: the configuration, the component with the rules beside
 * it, and secrets. Secrets that are there already stay; so does a configuration that was changed.
 *
 * @throws FatalError that says what to do
 */
export async function writeFolder(options: FolderOptions): Promise<void> {
  try {
    await write(options)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new FatalError(`--out ${options.folder}: it cannot be written there (${error.code})`)
  }
}

async function write(options: FolderOptions): Promise<void> {
  const { folder, configuration, sources, say } = options
  const path = join(folder, configurationName)
  const before = await readFile(path, 'utf8').catch(() => undefined)
  if (before !== undefined && before !== configuration) {
    throw new FatalError(
      `${path} is there already, and differs: move it away, or choose another folder with --out`,
    )
  }
  const component = join(folder, 'components', 'visitor_counter')
  await rm(component, { recursive: true, force: true })
  await mkdir(component, { recursive: true })
  const files = (await Promise.all(sources.map(sourcesIn))).flat()
  await Promise.all(files.map(({ name, text }) => writeFile(join(component, name), text)))
  await writeFile(path, configuration)
  say(`wrote ${path} and ${files.length} files of its component`)
  await writeSecrets(options)
}

async function sourcesIn(folder: string): Promise<{ name: string; text: Buffer }[]> {
  const names = await readdir(folder).catch(() => [])
  const wanted = names.filter((name) => /\.(h|cpp|py)$/.test(name) && !leftOut.includes(name))
  if (wanted.length === 0) throw new FatalError(`there is no component for ESPHome in ${folder}`)
  return Promise.all(
    wanted.map(async (name) => ({ name, text: await readFile(join(folder, name)) })),
  )
}

/** One folder of ESPHome has one file of secrets for all its boards: what is in it stays. */
async function writeSecrets({ folder, configuration, secrets, say }: FolderOptions): Promise<void> {
  const path = join(folder, secretsName)
  const before = await readFile(path, 'utf8').catch(() => '')
  const missing = secretsIn(configuration).filter(
    (name) => !new RegExp(`^${name}\\s*:`, 'm').test(before),
  )
  if (missing.length === 0) return
  const lines = missing.map((name) => `${name}: ${JSON.stringify(secretValue(name, secrets))}`)
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  // Whoever reads it has the token of the bridge.
  await writeFile(path, `${before}${gap}${lines.join('\n')}\n`, { mode: 0o600 })
  say(`${before === '' ? 'wrote' : 'added to'} ${path}: ${missing.join(', ')}`)
  const open = missing.filter((name) => !(name in secrets) && name in toFillIn)
  if (open.length > 0) say(`fill in there: ${open.join(', ')}`)
}

function secretValue(name: string, secrets: Secrets): string {
  return secrets[name] ?? toFillIn[name] ?? madeUp(name)
}

/** ESPHome wants 32 bytes in base64 for the key of its API. */
function madeUp(name: string): string {
  return name === 'api_key' ? randomBytes(32).toString('base64') : randomBytes(12).toString('hex')
}
