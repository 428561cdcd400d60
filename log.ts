import { type Logger as PinoLogger, pino } from 'pino'
import pretty from 'pino-pretty'

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** A log on standard error: lines for people in a terminal, JSON lines otherwise. */
export function createLog(level: LogLevel, terminal: boolean): Logger {
  const options = { level, base: null }
  if (!terminal) return pino(options, pino.destination({ fd: 2, sync: true }))
  return pino(
    options,
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  )
}
