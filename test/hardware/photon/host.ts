import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../../../..')
const firmware = join(root, 'hardware/photon/firmware')
const sources = join(root, 'test/hardware/photon')

const flags = ['-std=c++17', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined']
const includes = ['-I', join(sources, 'stub'), '-I', firmware]

/** A program of the host, and what removes it. */
interface Program {
  readonly path: string
  remove(): Promise<void>
}

/** The boards that the whole firmware is built for. */
export const platforms = {
  photon: { name: 'a Photon', defines: ['-DPLATFORM_ID=6', '-DSTARTS_AT_MS=0'] },
  // Five seconds before its clock of 32 bits starts again at 0.
  photon2: {
    name: 'a Photon 2',
    defines: ['-DPLATFORM_ID=32', '-DSYSTEM_VERSION_v620', '-DSTARTS_AT_MS=4294962296'],
  },
} as const

/** Compiles a program of test/hardware/photon that needs the headers of the firmware only. */
export function buildRules(name: 'probe' | 'fuzz'): Promise<Program> {
  return build([join(sources, `${name}.cpp`)], [])
}

/** Compiles the whole firmware with the stand-in for Device OS. */
export function buildDesk(platform: keyof typeof platforms): Promise<Program> {
  const files = [join(sources, 'desk.cpp'), join(firmware, 'application.cpp')]
  return build(files, platforms[platform].defines)
}

/** How much code and constants the firmware is, built for size and for this machine. */
export async function codeBytes(platform: keyof typeof platforms): Promise<number> {
  const object = await build(
    [join(firmware, 'application.cpp')],
    [
      '-Os',
      '-fno-exceptions',
      '-fno-rtti',
      '-fno-sanitize=all',
      '-c',
      ...platforms[platform].defines,
    ],
  )
  try {
    const { stdout } = await promisify(execFile)('size', [object.path])
    return Number(stdout.split('\n')[1]?.trim().split(/\s+/)[0])
  } finally {
    await object.remove()
  }
}

async function build(files: readonly string[], options: readonly string[]): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'photon-'))
  const path = join(folder, 'program')
  try {
    await promisify(execFile)('g++', [...flags, ...includes, ...options, ...files, '-o', path])
  } catch (error) {
    await rm(folder, { recursive: true })
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('g++ is not installed: `npm run setup` installs it')
    }
    throw error
  }
  return { path, remove: () => rm(folder, { recursive: true }) }
}

/**
 * Runs a program to its end and takes what it wrote, by lines.
 *
 * @throws Error with what it complained of when it does not end well, as the sanitizers make it
 */
export async function run(
  { path }: Program,
  args: readonly string[],
  input: readonly string[],
): Promise<string[]> {
  // Leaks are looked for with ptrace, which not every container lets a program do.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' }
  const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A program that ended early is told of by its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(input.map((line) => `${line}\n`).join(''))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0) throw new Error(`${path} ended with ${code}: ${Buffer.concat(stderr)}`)
  return Buffer.concat(stdout).toString().split('\n').slice(0, -1)
}
