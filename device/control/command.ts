import { didYouMean } from '../../common/did-you-mean.ts'
import { type DeskCommandName, deskCommands } from '../../common/mqtt/topics.ts'
import type { Level } from '../face/brightness.ts'

/** What somebody wants of the desk. */
export type Command =
  | { readonly do: 'light'; readonly level: Level | 'on' }
  /** `undefined` is what the settings say. */
  | { readonly do: 'show'; readonly reading: string | undefined }
  | { readonly do: 'test pattern'; readonly isWanted: boolean }

/** What `show` is told for what the settings say. */
export const asSet = 'default'

/** Of what a stranger has sent as much as a line of the log has room for. */
const mostQuoted = 40

/**
 * Reads what was said to the desk.
 *
 * @param name the part of the topic before `/set`
 * @param readings that can be shown, as `visitors.today`
 * @returns the command, or a sentence that names the value and what is allowed
 */
export function parseCommand(
  name: string,
  payload: string,
  readings: readonly string[],
): Command | string {
  const known = deskCommands.find((command) => command === name)
  if (known === undefined) {
    return `there is no such command; there are ${deskCommands.join(', ')}${didYouMean(name, deskCommands)}`
  }
  return parsers[known](payload, readings) ?? refusal(payload, allowed(known, readings))
}

const parsers: Record<
  DeskCommandName,
  (payload: string, readings: readonly string[]) => Command | undefined
> = {
  power: (payload) => {
    if (payload === 'on') return { do: 'light', level: 'on' }
    return payload === 'off' ? { do: 'light', level: 'off' } : undefined
  },
  brightness: (payload) =>
    /^(\d|1[0-5])$/.test(payload) ? { do: 'light', level: Number(payload) } : undefined,
  show: (payload, readings) => {
    if (payload === asSet) return { do: 'show', reading: undefined }
    return readings.includes(payload) ? { do: 'show', reading: payload } : undefined
  },
  'test-pattern': (payload) =>
    payload === 'on' || payload === 'off'
      ? { do: 'test pattern', isWanted: payload === 'on' }
      : undefined,
}

function allowed(name: DeskCommandName, readings: readonly string[]): string {
  switch (name) {
    case 'brightness':
      return 'a step from 0 (dim, yet lit) to 15'
    case 'show':
      return [asSet, ...readings].join(', ')
    default:
      return 'on or off'
  }
}

function refusal(payload: string, what: string): string {
  const plain = payload.replace(/\p{Cc}/gu, ' ')
  const quoted = plain.length > mostQuoted ? `${plain.slice(0, mostQuoted)}…` : plain
  return `"${quoted}" is not allowed; it must be ${what}`
}
