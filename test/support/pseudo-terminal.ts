import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { findProgram, program } from './program.ts'
import { until } from './until.ts'

export interface PseudoTerminal {
  /** All that has been on the screen. */
  screen(): string
  /** Waits for words that come after those of the last call, then types a line. */
  answer(words: string | RegExp, line: string): Promise<void>
  /** Waits for words that come after those of the last call, then presses keys. */
  keys(words: string | RegExp, keys: string): Promise<void>
  waitFor(words: string | RegExp): Promise<void>
  /** Waits for a question with numbered options, then types the number of the one with these words. */
  choose(question: string, words: string): Promise<void>
  /** Resolves with the exit code. */
  readonly ended: Promise<number>
}

export interface PseudoTerminalOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly columns?: number
}

const CTRL_C = '\x03'

export { CTRL_C }

/** `visitor-counter` at a pseudo-terminal of its own, as in a window; it ends with the test. */
export function startAtTerminal(
  t: TestContext,
  args: readonly string[],
  { env = {}, cwd, columns = 100 }: PseudoTerminalOptions = {},
): PseudoTerminal {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn(
    findProgram('socat'),
    [
      '-',
      // The size is the terminal's; a shell in between sets it.
      `SYSTEM:stty cols ${columns} rows 40; trap \\: INT; ${command.replace(/[:,!\\]/g, '\\$&')}; echo "[exit $?]",pty,ctty,setsid,stderr`,
    ],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', TERM: 'xterm', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    },
  )
  let text = ''
  let seen = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
  }
  child.stdin.on('error', () => undefined)
  const closed = once(child, 'close')
  const ended = closed.then(() => Number(/\[exit (\d+)\]\s*$/.exec(text)?.[1] ?? Number.NaN))
  t.after(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const waitFor = async (words: string | RegExp) => {
    let at: number
    let length = 0
    await until(
      `${words} in:\n${text}`,
      () => {
        const rest = text.slice(seen)
        const found = typeof words === 'string' ? undefined : words.exec(rest)
        at = typeof words === 'string' ? rest.indexOf(words) : (found?.index ?? -1)
        length = typeof words === 'string' ? words.length : (found?.[0].length ?? 0)
        if (at >= 0) seen += at + length
        return at >= 0
      },
      30,
    ).catch((error: unknown) => {
      throw new Error(`waited for ${words}; the screen was:\n${text}`, { cause: error })
    })
  }
  const keys = async (words: string | RegExp, pressed: string) => {
    await waitFor(words)
    child.stdin.write(pressed)
  }
  const choose = async (question: string, words: string) => {
    const from = seen
    await waitFor(question)
    await waitFor('Number:')
    const options = text.slice(from, seen).replace(/\r?\n {5,}/g, ' ')
    const number = options
      .split(/\r?\n/)
      .find((line) => line.includes(words))
      ?.trim()
      .split(' ')[0]
    if (number === undefined) throw new Error(`there is no option "${words}" in:\n${text}`)
    child.stdin.write(`${number}\n`)
  }
  return {
    choose,
    screen: () => text.replaceAll('\r', '').replace(/\[exit \d+\]\n$/, ''),
    waitFor,
    keys,
    answer: (words, line) => keys(words, `${line}\n`),
    ended,
  }
}
