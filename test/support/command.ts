import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { program } from './program.ts'

export interface Running {
  readonly process: ChildProcess
  /** Lines of standard output and error so far. */
  readonly stdout: string[]
  readonly stderr: string[]
  /** Ends it with a signal and waits; its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
}

export interface CommandOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** What comes out of a pipe into it. */
  readonly input?: string
}

/** Starts `visitor-counter` as a process of its own, which ends with the test. */
export function start(
  t: TestContext,
  args: readonly string[],
  options: CommandOptions = {},
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  // A program that reads nothing closes the pipe.
  child.stdin.on('error', () => undefined).end(options.input)
  const lines = (stream: NodeJS.ReadableStream) => {
    const read: string[] = []
    createInterface({ input: stream }).on('line', (line) => read.push(line))
    return read
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const end = async (signal: NodeJS.Signals = 'SIGINT') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return ended
  }
  t.after(() => end('SIGKILL'))
  return { process: child, stdout: lines(child.stdout), stderr: lines(child.stderr), end, ended }
}

/** Runs `visitor-counter` to its end. */
export async function run(
  t: TestContext,
  args: readonly string[],
  options?: CommandOptions,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { ended, stdout, stderr } = start(t, args, options)
  const code = await ended
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') }
}
