import { isDue } from '../../common/clock.ts'
import { FatalError } from '../../common/errors.ts'
import type { Database } from '../wordpress/database/database.ts'
import type { SharedSchema } from '../wordpress/shared-schema.ts'
import type { Words } from '../wordpress/sources/source.ts'
import { uncarried } from './carried-totals.ts'
import type { Counting } from './counting.ts'
import type { Leadership, Leaderships } from './leadership.ts'
import { Poller, type PollerOptions, type SiteState } from './poller.ts'
import { Reader } from './reader.ts'
import type { Checkpoint, Remembered, Saved } from './store.ts'

export interface WatchedSiteOptions extends Omit<PollerOptions, 'read' | 'leadership'> {
  readonly prefix: string
  readonly source: string
  readonly sql: string | undefined
  /** What the number of that query is, in its owner's words. */
  readonly words?: Words
  /** Which site of a Matomo, where it counts several. */
  readonly matomoSite?: number | undefined
  /** How many sites share the database. */
  readonly share: number
  readonly database: () =>
    | { readonly database: Database; readonly schema: SharedSchema }
    | undefined
  /** Where other processes may read the same site. */
  readonly leaderships: Leaderships | undefined
}

/** How often the log says how far a first count has come. */
const progressEveryMs = 10_000

/** One site of a database: its poller, and the reader that it reads with when it is our turn. */
export class WatchedSite {
  readonly #options: WatchedSiteOptions
  readonly #poller: Poller
  readonly #stopListening: (() => void) | undefined
  readonly #stopWatching: (() => void) | undefined
  #reader: Reader | undefined
  /** What the next reader goes on from. */
  #known: Remembered | undefined
  /** Of a first count that an earlier run did not end. */
  #checkpoint: Checkpoint | undefined
  #toldMs = Number.NEGATIVE_INFINITY
  #isStopped = false

  constructor(options: WatchedSiteOptions, saved: Saved | undefined) {
    const { leaderships } = options
    this.#options = options
    const remembered = saved && withoutCheckpoint(saved)
    this.#known = remembered
    this.#checkpoint = saved?.checkpoint
    this.#poller = new Poller(
      {
        ...options,
        read: async () => this.#open().read(),
        bearableMs: () => this.#reader?.bearableMs ?? 0,
        leadership: leaderships && (() => this.#leadership(leaderships)),
      },
      remembered,
    )
    this.#stopWatching = options.watchers?.onWatched(() => this.#poller.wake())
    this.#stopListening = leaderships?.onChange((site) => {
      const { last } = this.state
      if (last === undefined || site === last.site) this.#poller.wake()
    })
  }

  get state(): SiteState {
    return this.#poller.state
  }

  /** What outlives a restart; undefined before the first round. */
  get saved(): Saved | undefined {
    const { last } = this.state
    return last && { ...last, checkpoint: this.#reader?.checkpoint ?? this.#checkpoint }
  }

  /** What it was told to go by; undefined when it goes by its address. */
  get name(): string | undefined {
    return this.#options.name
  }

  /** @throws as `Poller.start` does; it has stopped then */
  async start(): Promise<void> {
    try {
      await this.#poller.start()
    } catch (error) {
      this.#stopListening?.()
      this.#stopWatching?.()
      throw error
    }
  }

  /** After the database has been closed, so that a round that is under way ends. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopListening?.()
    this.#stopWatching?.()
    this.#reader?.stop()
    await this.#poller.stop()
  }

  #open(): Reader {
    const {
      prefix,
      source,
      sql,
      words = {},
      matomoSite,
      name,
      share,
      pollMs,
      watchers,
      now,
      log,
    } = this.#options
    const opened = this.#options.database()
    if (opened === undefined) throw new FatalError('the database has not been opened')
    this.#reader ??= new Reader({
      ...opened,
      pollMs,
      watchers,
      now,
      share,
      checkpoint: this.#checkpoint,
      remembered: this.#known && uncarried(this.#known),
      wanted: { prefix: prefix === '' ? undefined : prefix, source, sql, words, matomoSite },
      name,
      onFound: ({ site, source, why }) =>
        log.info(`${name ?? site.name}: ${source.id} (${why}), days in ${site.timezone}`),
      onCounting: (counting) => this.#tell(counting),
      onBackgroundError: (error) => {
        if (!this.#isStopped) log.warn(`recount: ${error.message}`)
      },
      onWarning: (warning) => log.warn(warning),
    })
    this.#checkpoint = undefined
    return this.#reader
  }

  /** Makes known how far the first count has come, in the log now and then. */
  #tell(counting: Counting | undefined): void {
    const { now, name, log, onRound } = this.#options
    this.#poller.tell(counting)
    if (counting?.progress !== undefined && isDue(now(), this.#toldMs, progressEveryMs)) {
      this.#toldMs = now()
      const site = name ?? this.state.last?.site
      log.info(`${site === undefined ? '' : `${site}: `}${counting.text}`)
    }
    onRound(this.state.last !== undefined)
  }

  async #leadership(leaderships: Leaderships): Promise<Leadership> {
    const { name, prefix } = this.#options
    const leadership = await leaderships.of(
      name ?? this.state.last?.site ?? (await this.#open().site()),
    )
    if (leadership.leader === 'us' || leadership.last === undefined) return leadership
    // When it is our turn again the reader goes on from what the other has read.
    this.#known = { ...leadership.last, prefix }
    this.#reader?.stop()
    this.#reader = undefined
    return { ...leadership, last: this.#known }
  }
}

function withoutCheckpoint({ checkpoint: _, ...remembered }: Saved): Remembered {
  return remembered
}
