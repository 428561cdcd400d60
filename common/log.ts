import { type Logger as PinoLogger, pino } from 'pino'

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'> &
  Partial<Pick<PinoLogger, 'isLevelEnabled'>>

/** From the most to the least. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** A log on standard error: lines for people in a terminal, JSON lines otherwise. */
export async function createLog(level: LogLevel, terminal: boolean): Promise<Logger> {
  const stream = terminal ? await linesForPeople() : pino.destination({ fd: 2, sync: true })
  const log: Logger = pino({ level, base: null }, stream)
  return log
}

async function linesForPeople() {
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({ translateTime: 'SYS:HH:MM:ss' })
  // By the stream of the process: what draws in the same terminal makes room for each line.
  return { write: (line: string) => void process.stderr.write(pretty(line)) }
}
