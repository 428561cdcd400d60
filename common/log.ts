import { type Logger as PinoLogger, pino } from 'pino'

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'> &
  Partial<Pick<PinoLogger, 'isLevelEnabled'>>

/** From the most to the least. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const logFormats = ['text', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly terminal: boolean
  /** Whether systemd's journal reads it, which has times of its own. */
  readonly journal: boolean
}

/** A log on standard error: in words, or one JSON object a line. */
export async function createLog({ level, format, terminal, journal }: LogOptions): Promise<Logger> {
  const log: Logger = pino({ level, base: null }, await destination(format, terminal, journal))
  return log
}

async function destination(format: LogFormat, terminal: boolean, journal: boolean) {
  if (format === 'json') return pino.destination({ fd: 2, sync: true })
  if (terminal) return linesForPeople()
  const write = process.stderr
  return { write: (line: string) => void write.write(textLine(line, journal)) }
}

async function linesForPeople() {
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({ translateTime: 'SYS:HH:MM:ss' })
  // By the stream of the process: what draws in the same terminal makes room for each line.
  return { write: (line: string) => void process.stderr.write(pretty(line)) }
}

/** By pino's level: as syslog numbers it (sd-daemon(3)), and in words. */
const levels: Readonly<Record<number, readonly [priority: number, name: string]>> = {
  20: [7, 'debug'],
  30: [6, 'info'],
  40: [4, 'warning'],
  50: [3, 'error'],
}

/** A line of pino's in words; for the journal with its priority in front instead of a time. */
export function textLine(line: string, journal: boolean): string {
  const { level, time, msg, err } = JSON.parse(line) as {
    level: number
    time: number
    msg?: string
    err?: { message?: string }
  }
  const [priority, name] = levels[level] ?? [5, 'notice']
  const text = [msg, err?.message].filter((part) => part !== undefined && part !== '').join(': ')
  const said = text.replaceAll('\n', ' ')
  return journal ? `<${priority}>${said}\n` : `${new Date(time).toISOString()} ${name}: ${said}\n`
}
