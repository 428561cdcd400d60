import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The repository. */
export const root = join(import.meta.dirname, '../../..')
/** The headers that all firmware shares. */
export const rules = join(root, 'hardware/rules')

const warnings = ['-Wall', '-Wextra', '-Werror']

/** A compiler, and the Debian package that it is in. */
const compilers = {
  'g++': [...warnings, '-O1', '-fsanitize=address,undefined'],
  // Its `int` has 16 bits. It names what a conversion may lose; g++ 12 names it in promotions too.
  'avr-g++': [...warnings, '-Wconversion', '-Os', '-mmcu=atmega328p'],
} as const

/** A program of the host, and what removes it. */
export interface Program {
  readonly path: string
  remove(): Promise<void>
}

/**
 * Compiles C++ with every warning as an error, for this machine with the sanitizers or for an Arduino Uno.
 *
 * @param options standard, folders, what else the compiler is to be told
 */
export async function compile(
  compiler: keyof typeof compilers,
  files: readonly string[],
  options: readonly string[],
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'cpp-'))
  const path = join(folder, 'program')
  try {
    const all = [...compilers[compiler], ...options, ...files, '-o', path]
    await promisify(execFile)(compiler, all)
  } catch (error) {
    await rm(folder, { recursive: true })
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(`${compiler} is not installed: \`npm run setup\` installs it`)
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
