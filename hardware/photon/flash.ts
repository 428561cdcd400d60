import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { FatalError } from '../../common/errors.ts'
import {
  CloudError,
  type ParticleCloud,
  type Sources,
  showFunction,
} from '../../common/particle-cloud.ts'

export interface FlashOptions {
  readonly cloud: ParticleCloud
  /** Name or id. */
  readonly device: string
  /** Of the firmware's sources, which the compiler gets side by side. */
  readonly folders: readonly string[]
  /** To compile only. */
  readonly dryRun: boolean
  /** Told each step, in lines for people. */
  readonly say: (line: string) => void
  readonly now: () => number
  /** Rejects when the command is to end. */
  readonly sleep: (ms: number) => Promise<unknown>
}

interface Platform {
  readonly name: string
  /** Of Device OS; the newest when undefined. */
  readonly targetVersion: string | undefined
}

/** A program for an older Device OS runs on newer ones; 2.x is where a Photon of the shelf may be. */
const platforms: ReadonlyMap<number, Platform> = new Map([
  [6, { name: 'Photon', targetVersion: '2.3.1' }],
  [32, { name: 'Photon 2', targetVersion: undefined }],
])

const sourceEndings = ['.h', '.hpp', '.c', '.cpp', '.ino', '.properties']
/** It loads, restarts and comes back; a newer Device OS, if it needs one, is loaded meanwhile too. */
const returnMs = 300_000
const lookMs = 3000

/**
 * Brings the firmware to a Photon: compiles it in the cloud, loads it over the air, and waits until the
 * device is back and its variable `version` is that of these sources.
 *
 * @throws FatalError that says what to do
 */
export async function flash(options: FlashOptions): Promise<void> {
  const { cloud, device, folders, dryRun, say } = options
  const { sources, version } = withVersion(await readSources(folders))
  const before = await cloud.device(device).catch((error: unknown) => fail(error, device))
  const platform = platforms.get(before.platformId)
  if (platform === undefined) {
    const known = [...platforms].map(([id, { name }]) => `${name} (${id})`).join(' or ')
    throw new FatalError(
      `${device} is of platform ${before.platformId}; the firmware is for a ${known}`,
    )
  }
  if (before.session === undefined && !dryRun) throw new FatalError(`${device} is offline; ${cyan}`)
  const { name, targetVersion } = platform
  const system = targetVersion === undefined ? 'the newest Device OS' : `Device OS ${targetVersion}`
  say(`compiling ${Object.keys(sources).length} files for a ${name} with ${system}`)
  const build = { sources, targetVersion }
  const size = await compile(options, { ...build, platformId: before.platformId })
  for (const line of size.split('\n')) if (line.trim() !== '') say(line.trimEnd())
  if (dryRun) {
    say(`it compiles; ${device} stays as it is`)
    return
  }
  say(`loading it onto ${device}`)
  await cloud.flash(device, build).catch((error: unknown) => fail(error, device))
  say(`waiting for ${device} to come back`)
  await waitForVersion(options, version, before.session)
  say(
    `${device} is back with this version (${version}); serve --particle ${device} shows the count on it`,
  )
}

const cyan = 'switch it on, and wait until its light breathes cyan'

async function readSources(folders: readonly string[]): Promise<Sources> {
  return Object.assign({}, ...(await Promise.all(folders.map(readFolder))))
}

async function readFolder(folder: string): Promise<Sources> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  const names = entries.filter((entry) => sourceEndings.includes(extname(entry))).sort()
  if (names.length === 0) throw new FatalError(`there is no firmware in ${folder}`)
  const files = names.map(
    async (name) => [name.split(sep).join('/'), await readFile(join(folder, name))] as const,
  )
  return Object.fromEntries(await Promise.all(files))
}

async function compile(
  { cloud, device, say }: FlashOptions,
  build: Parameters<ParticleCloud['compile']>[0],
): Promise<string> {
  try {
    return await cloud.compile(build)
  } catch (error) {
    if (!(error instanceof CloudError && error.kind === 'build')) return fail(error, device)
    say(error.message)
    throw new FatalError(`the firmware does not compile; ${device} stays as it is`)
  }
}

/** The sources with their sum in `version.h`: the program says it when it runs. */
function withVersion(sources: Sources): { sources: Sources; version: string } {
  const hash = createHash('sha256')
  for (const [name, content] of Object.entries(sources)) {
    hash.update(`${name}\0${content.length}\0`).update(content)
  }
  const version = hash.digest('hex').slice(0, 12)
  const line = `#pragma once\n\n#define VISITOR_COUNTER_VERSION "${version}"\n`
  return { sources: { ...sources, 'version.h': Buffer.from(line) }, version }
}

/** Until it has come to the cloud anew, and says that it runs this version. */
async function waitForVersion(
  { cloud, device, now, sleep }: FlashOptions,
  version: string,
  before: string | undefined,
): Promise<void> {
  const deadline = now() + returnMs
  let seen = 'has not come back'
  let advice = `${cyan}, then try again`
  /** Of the connection that has answered: to read a variable costs an operation. */
  let answered: string | undefined
  const orWait = (error: unknown) => {
    if (error instanceof CloudError && error.kind !== 'token') return undefined
    return fail(error, device)
  }
  while (now() <= deadline) {
    await sleep(lookMs)
    const found = await cloud.device(device).catch(orWait)
    if (found?.session === undefined || found.session === before) continue
    advice = 'try again'
    if (!found.functions.includes(showFunction)) {
      seen = 'is back without the firmware'
      continue
    }
    if (found.session === answered) continue
    // Firmware from before there were versions has no such variable.
    const running = await cloud.variable(device, 'version').catch(orWait)
    if (running === version) return
    seen =
      running === undefined
        ? 'is back, but does not say its version'
        : `is back with version ${running} in place of ${version}`
    if (running !== undefined) answered = found.session
  }
  throw new FatalError(
    `${device} ${seen}, ${returnMs / 60_000} minutes after it was loaded; ${advice}`,
  )
}

function fail(error: unknown, device: string): never {
  if (!(error instanceof CloudError)) throw error
  const advice = error.kind === 'token' ? '; make a new one: particle token create' : ''
  throw new FatalError(`${device}: ${error.message.split('\n').join(' ')}${advice}`)
}
