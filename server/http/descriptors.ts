/** What HTTP may take of a process's descriptors. */
export interface Descriptors {
  readonly connections: number
  readonly streams: number
}

/** A stream takes about 10 KB, and those who ask once find room beside the streams. */
const usual: Descriptors = { connections: 12_000, streams: 10_000 }
/** Of the program itself, its state files and copies. */
const ownDescriptors = 48
/** Two connections and one that kills a query, or a file, its log and its copy. */
const perDatabase = 6
/** One connection a site; a network tells how many it has only later. */
const forBroker = 256

/**
 * Leaves databases and the broker their descriptors: where there are none left, a connection of the database that
 * has broken could not be made again.
 *
 * @param openFiles RLIMIT_NOFILE; undefined where it is not known
 */
export function httpDescriptors(
  openFiles: number | undefined,
  { databases, hasBroker }: { readonly databases: number; readonly hasBroker: boolean },
): Descriptors {
  if (openFiles === undefined) return usual
  const reserved = ownDescriptors + perDatabase * databases + (hasBroker ? forBroker : 0)
  // Where there are few, each side has half.
  const left = Math.max(openFiles - reserved, Math.floor(openFiles / 2))
  const connections = Math.min(usual.connections, left)
  return { connections, streams: Math.min(usual.streams, Math.floor((connections * 5) / 6)) }
}
