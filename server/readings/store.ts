import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { type OwnerFile, ownFile } from '../../common/owner-file.ts'
import { readState, sweepDrafts, writeState } from '../../common/state-file.ts'
import { Reading } from '../../reading.ts'
import { isTimezone } from '../wordpress/moment.ts'

const Counts = v.object({ visitors: v.number(), views: v.number() })

const Ledger = v.object({
  zone: v.pipe(v.string(), v.check(isTimezone, 'no time zone')),
  layout: v.optional(v.string()),
  openFrom: v.string(),
  watermark: v.optional(v.number()),
  days: v.record(v.string(), Counts),
  older: Counts,
  base: Counts,
})

/** A first count that was not at its end when the process was. */
const Checkpoint = v.object({
  source: v.string(),
  layout: v.optional(v.string()),
  zone: v.pipe(v.string(), v.check(isTimezone, 'no time zone')),
  by: v.picklist(['key', 'day']),
  openFrom: v.string(),
  /** Keys or days of the next part. */
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** What has been read, in the order of the keys; `base` is what the plugin added to its totals then. */
  parts: v.array(
    v.object({
      above: v.number(),
      upTo: v.number(),
      base: Counts,
      days: v.array(v.object({ day: v.string(), ...Counts.entries })),
      /** The lowest key of a row of an open day, where the source says it. */
      leastOpen: v.optional(v.number()),
    }),
  ),
})
export type Checkpoint = v.InferOutput<typeof Checkpoint>

const Carry = v.object({
  raw: v.number(),
  offset: v.number(),
  closed: v.optional(v.number()),
  closedTo: v.optional(v.string()),
  isUnsure: v.optional(v.boolean()),
})

/** What outlives a restart: the last round of a site, and the full count that it was made from. */
export const Remembered = v.object({
  site: v.string(),
  /** As WordPress has it: `https://www.example.com/blog`. */
  address: v.optional(v.string()),
  prefix: v.string(),
  source: v.string(),
  why: v.string(),
  timezone: v.string(),
  counts: v.array(
    v.object({ ...v.omit(Reading, ['stale']).entries, everyMs: v.number(), tookMs: v.number() }),
  ),
  ledger: v.optional(Ledger),
  open: v.array(v.object({ day: v.string(), ...Counts.entries })),
  emptyDays: v.picklist(['none', 'unknown']),
  /** Key: source and metric. What falls of a total have been carried forward. */
  carry: v.optional(v.record(v.string(), Carry), {}),
  /** Since when there is no such site any more; undefined while there is. */
  goneMs: v.optional(v.number()),
})
export type Remembered = v.InferOutput<typeof Remembered>

/** A site in its file. */
const Saved = v.object({ ...Remembered.entries, checkpoint: v.optional(Checkpoint) })
export type Saved = v.InferOutput<typeof Saved>

/**
 * What is remembered, as it counts now: a reading of the future was made when the clock was wrong, so
 * nobody knows how old it is, and it must not pass for a new one.
 */
export function withoutFuture<T extends Remembered>(site: T, nowMs: number): T {
  const counts = site.counts.map((count) =>
    Date.parse(count.asOf) > nowMs ? { ...count, asOf: new Date(0).toISOString() } : count,
  )
  return { ...site, counts }
}

/** A file that keeps the last rounds of the sites of one database. */
export interface Store {
  load(): Promise<Saved[]>
  /** Of who keeps the file, as of `OwnerFile`; undefined before it was loaded. */
  readonly id: string | undefined
  save(sites: readonly Saved[]): Promise<void>
  close(): Promise<void>
}

interface StoreOptions {
  /** Told when a file could not be understood; it has been set aside then. */
  readonly onDamaged: (file: string) => void
  /** Told which other process keeps the same file. */
  readonly onShared: (file: string, other: string) => void
}

/** What tells the remembered sites of one database from those of others. */
export interface StoreKey {
  readonly place: { readonly description: string }
  readonly tablePrefix: string | undefined
  readonly source: string
  readonly sql: string | undefined
  readonly matomoSite?: number | undefined
}

/** Another database, prefix or source must not find this one's numbers. */
function fileOf(directory: string, key: StoreKey): string {
  const identity = [
    key.place.description,
    key.tablePrefix ?? '',
    key.source,
    key.sql ?? '',
    ...(key.matomoSite === undefined ? [] : [key.matomoSite]),
  ].join('\n')
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16)
  return join(directory, `site-${hash}.json`)
}

/** What a bridge remembers in `directory`, for who only looks: the file is neither claimed nor set aside. */
export async function peekStore(directory: string, key: StoreKey): Promise<Saved[]> {
  return (await readState(fileOf(directory, key), v.array(Saved))) ?? []
}

export function openStore(
  directory: string,
  key: StoreKey,
  { onDamaged, onShared }: StoreOptions,
): Store {
  const file = fileOf(directory, key)
  let owner: OwnerFile | undefined
  return {
    get id() {
      return owner?.id
    },
    async load() {
      await sweepDrafts(file)
      owner = await ownFile(file)
      if (owner.other !== undefined) onShared(file, owner.other)
      return (await readState(file, v.array(Saved), onDamaged)) ?? []
    },
    save: (sites) => writeState(file, sites),
    close: async () => owner?.release(),
  }
}
