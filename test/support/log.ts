import type { Logger } from '../../common/log.ts'

/** A log that keeps nothing. */
export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** A log that keeps its lines, each with its level. */
export function recordingLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const keep =
    (level: string) =>
    (...entry: readonly unknown[]) => {
      lines.push(`${level}: ${entry.filter((part) => typeof part === 'string').join(' ')}`)
    }
  return {
    lines,
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  }
}

/** What is logged of every run, without the details of debug. */
export function infos({ lines }: { readonly lines: readonly string[] }): string[] {
  return lines.filter((line) => !line.startsWith('debug'))
}
