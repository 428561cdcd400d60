import { createHash } from 'node:crypto'
import { isDue } from '../../common/clock.ts'
import { FatalError, messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import { type Connection, describeConnection } from '../wordpress/database/connection.ts'
import type { Database } from '../wordpress/database/database.ts'
import { openDatabase } from '../wordpress/database/open.ts'
import { prefixesAlone } from '../wordpress/matomo-alone.ts'
import { findNetwork, findPrefix, readSchema } from '../wordpress/site.ts'
import { uncarried } from './carried-totals.ts'
import type { Leadership, Leaderships } from './leadership.ts'
import { Poller, type SiteState } from './poller.ts'
import { Reader } from './reader.ts'
import { isFinal, Retry } from './retry.ts'
import { openStore, type Remembered, type Store, withoutFuture } from './store.ts'

/** One database, and which of its numbers are wanted. */
export interface SiteOptions {
  /** What the site is to be called; by its address when undefined. */
  readonly name: string | undefined
  readonly connection: Connection
  /** Found in the database when undefined, with all sites of a multisite. */
  readonly tablePrefix: string | undefined
  /** A source id, or `auto`. */
  readonly source: string
  /** A query of one's own instead of a plugin. */
  readonly sql: string | undefined
  /** Which site of a Matomo, where it counts several. */
  readonly matomoSite?: number | undefined
}

export interface GroupOptions extends SiteOptions {
  readonly pollMs: number
  readonly carry: boolean
  readonly stateDir: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Where other processes may read the same sites. */
  readonly leaderships?: Leaderships | undefined
  /** Told after each round. */
  readonly onRound: () => void
}

/** Flash memory wears: a state file at most so often, and at the end. */
const saveEveryMs = 60_000
/** A network may get new sites. */
const lookAgainMs = 600_000

/** The sites of one database: one, or all of a WordPress network. */
export class SiteGroup {
  readonly #options: GroupOptions
  readonly #store: Store
  /** Key: table prefix; empty until it has been found. */
  readonly #pollers: Map<string, Poller> = new Map()
  readonly #timers: Set<NodeJS.Timeout> = new Set()
  readonly #retry: Retry
  #database: Database | undefined
  #failure: string | undefined
  #savedMs = Number.NEGATIVE_INFINITY
  #saving: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: GroupOptions) {
    this.#options = options
    this.#retry = new Retry(options.pollMs, options.random)
    const identity = [
      describeConnection(options.connection),
      options.tablePrefix ?? '',
      options.source,
      options.sql ?? '',
    ].join('\n')
    // Another database, prefix or source must not find this one's numbers.
    const name = `site-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
    this.#store = openStore(options.stateDir, name, (file) =>
      options.log.warn(`${file} was damaged and has been set aside`),
    )
  }

  /** The sites that are known, the main one first; one without readings while none is. */
  get states(): SiteState[] {
    const states = [...this.#pollers.values()].map((poller) => poller.state)
    if (states.length > 0) return states
    return [{ name: this.#options.name, last: undefined, failure: this.#failure }]
  }

  /** Makes what is remembered known; it costs no query. */
  async load(): Promise<void> {
    const sites = await this.#store.load()
    for (const site of sites) {
      const remembered = withoutFuture(site, this.#options.now())
      this.#addPoller(remembered.prefix, remembered, sites.length)
    }
  }

  /**
   * Starts to read.
   *
   * @throws FatalError or DatabaseError when a database that has never been read refuses
   */
  async start(): Promise<void> {
    this.#database = await openDatabase(this.#options.connection)
    if (this.#stopped) this.#database.close()
    const remembered = [...this.#pollers.values()]
    for (const poller of remembered) await poller.start()
    const error = await this.#look()
    if (remembered.length === 0 && isFinal(error)) throw error
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#database?.close()
    for (const poller of this.#pollers.values()) await poller.stop()
    await this.#save()
  }

  /** Looks which sites there are, and again later; resolves with the error when it failed. */
  async #look(): Promise<unknown> {
    const { log } = this.#options
    try {
      const prefixes = await this.#findPrefixes()
      await this.#addSites(prefixes)
      this.#failure = undefined
      this.#retry.succeeded()
      if (prefixes.length > 1) this.#later(() => this.#look(), lookAgainMs)
      return undefined
    } catch (error) {
      if (this.#stopped) return error
      const message = messageOf(error)
      if (this.#failure !== message && this.#pollers.size === 0 && !isFinal(error)) {
        log.warn(`${message}; trying again`)
      }
      this.#failure = message
      this.#later(() => this.#look(), this.#retry.waitMs(error))
      return error
    }
  }

  async #findPrefixes(): Promise<string[]> {
    const { tablePrefix, source, sql } = this.#options
    if (sql !== undefined) return [tablePrefix ?? '']
    if (this.#database === undefined) return []
    const { query, engine } = this.#database
    const schema = await readSchema(query, engine)
    if (source === 'matomo' && prefixesAlone(schema, tablePrefix).length > 0) {
      return [tablePrefix ?? '']
    }
    return findNetwork(query, schema, tablePrefix ?? findPrefix(schema))
  }

  /** Of a network, the sites that have a plugin to read; alone, a site without one is an error. */
  async #addSites(prefixes: readonly string[]): Promise<void> {
    const { log } = this.#options
    const errors: unknown[] = []
    for (const prefix of prefixes) {
      if (this.#pollers.has(prefix) || this.#stopped) continue
      const poller = this.#addPoller(prefix, undefined, prefixes.length)
      try {
        await poller.start()
        const { last } = poller.state
        if (last) log.info(`${last.site}: ${last.source} (${last.why}), days in ${last.timezone}`)
      } catch (error) {
        this.#pollers.delete(prefix)
        errors.push(error)
      }
    }
    if (this.#pollers.size === 0 && errors.length > 0) throw errors[0]
    for (const error of errors) log.debug({ err: error }, 'a site of the network is left out')
  }

  #addPoller(prefix: string, remembered: Remembered | undefined, share: number): Poller {
    const { name, source, sql, matomoSite, log, now, pollMs, leaderships } = this.#options
    let reader: Reader | undefined
    let known = remembered
    // A name from the settings is that of the main site; others of a network go by their address.
    const ownName = this.#pollers.size === 0 ? name : undefined
    const open = () => {
      const database = this.#database
      if (database === undefined) throw new FatalError('the database has not been opened')
      reader ??= new Reader({
        database,
        pollMs,
        now,
        share,
        remembered: known && uncarried(known),
        wanted: { prefix: prefix === '' ? undefined : prefix, source, sql, matomoSite },
        name: ownName,
        onBackgroundError: (error) => {
          if (!this.#stopped) log.warn(`recount: ${error.message}`)
        },
        onWarning: (warning) => log.warn(warning),
      })
      return reader
    }
    const leadershipOf = async (leaderships: Leaderships): Promise<Leadership> => {
      const leadership = await leaderships.of(
        ownName ?? poller.state.last?.site ?? (await open().site()),
      )
      if (leadership.leader === 'us' || leadership.last === undefined) return leadership
      // When it is our turn again the reader goes on from what the other has read.
      known = { ...leadership.last, prefix }
      reader = undefined
      return { ...leadership, last: known }
    }
    const read = async () => open().read()
    const leadership = leaderships && (() => leadershipOf(leaderships))
    const onRound = (succeeded: boolean) => {
      if (succeeded) this.#saveNowAndThen()
      this.#options.onRound()
    }
    const poller = new Poller(
      { ...this.#options, name: ownName, read, leadership, onRound },
      remembered,
    )
    leaderships?.onChange((site) => {
      if (site === poller.state.last?.site || poller.state.last === undefined) poller.wake()
    })
    this.#pollers.set(prefix, poller)
    return poller
  }

  #later(work: () => Promise<unknown>, ms: number): void {
    if (this.#stopped) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void work()
    }, ms)
    this.#timers.add(timer)
  }

  #saveNowAndThen(): void {
    if (isDue(this.#options.now(), this.#savedMs, saveEveryMs)) void this.#save()
  }

  /** One write at a time. */
  #save(): Promise<void> {
    this.#savedMs = this.#options.now()
    this.#saving = this.#saving.then(async () => {
      const sites = this.states.flatMap(({ last }) => last ?? [])
      if (sites.length === 0) return
      await this.#store.save(sites).catch((error: Error) => {
        this.#options.log.warn(`the last readings could not be remembered: ${error.message}`)
      })
    })
    return this.#saving
  }
}
