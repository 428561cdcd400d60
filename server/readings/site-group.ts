import { isDue } from '../../common/clock.ts'
import { messageOf } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import type { DatabasePlace, LocatedDatabase } from '../wordpress/database/place.ts'
import { prefixesAlone } from '../wordpress/matomo-alone.ts'
import { SharedSchema } from '../wordpress/shared-schema.ts'
import { findNetwork, findPrefix } from '../wordpress/site.ts'
import type { Words } from '../wordpress/sources/source.ts'
import { failureKind } from './failure.ts'
import type { Leaderships } from './leadership.ts'
import { namesOf, type SiteName } from './network-names.ts'
import type { SiteState } from './poller.ts'
import { isFinal, Retry } from './retry.ts'
import { Saving } from './saving.ts'
import { openStore, type Remembered, type Saved, type Store, withoutFuture } from './store.ts'
import { WatchedSite } from './watched-site.ts'
import type { Watchers } from './watchers.ts'

/** One database, and which of its numbers are wanted. */
export interface SiteOptions {
  /** What the site is to be called; by its address when undefined. */
  readonly name: string | undefined
  readonly place: DatabasePlace
  /** Found in the database when undefined, with all sites of a multisite. */
  readonly tablePrefix: string | undefined
  /** A source id, or `auto`. */
  readonly source: string
  /** A query of one's own instead of a plugin. */
  readonly sql: string | undefined
  /** What the number of that query is, in its owner's words. */
  readonly words?: Words
  /** Which site of a Matomo, where it counts several. */
  readonly matomoSite?: number | undefined
}

export interface GroupOptions extends SiteOptions {
  readonly pollMs: number
  /** Where the database is read more often while somebody watches. */
  readonly watchers?: Watchers | undefined
  readonly carry: boolean
  readonly stateDir: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Where other processes may read the same sites. */
  readonly leaderships?: Leaderships | undefined
  /** Told after each round, and of which site; undefined while that has no name. */
  readonly onRound: (site: string | undefined) => void
}

/** A network may get new sites, and lose some. */
const lookAgainMs = 600_000
/** A site that two looks in a row have not found has been gone for ten minutes. */
const goneLooks = 2
/** A site may come back, as one that was archived by mistake. */
const rememberMs = 86_400_000
/** So long the first round of a site holds the next one up: side by side none would know what its own costs. */
const startMs = 1000

/** The sites of one database: one, or all of a WordPress network. */
export class SiteGroup {
  readonly #options: GroupOptions
  readonly #store: Store
  readonly #saving: Saving
  /** Those that are offered. Key: table prefix; empty until it has been found. */
  readonly #sites: Map<string, WatchedSite> = new Map()
  /** Those of a look that have not yet had their first round. */
  readonly #starting: Set<WatchedSite> = new Set()
  /** Those that are not offered any more. Key: table prefix. */
  readonly #gone: Map<string, Remembered> = new Map()
  /** How many looks in a row have not found it. Key: table prefix of a site, or name that one had. */
  readonly #misses: Map<string, number> = new Map()
  /** All names that sites have had since the start. */
  readonly #names: Set<string> = new Set()
  /** The prefixes as the last look has found them, the main site first. */
  #order: readonly string[] = []
  readonly #timers: Set<NodeJS.Timeout> = new Set()
  readonly #retry: Retry
  #opened: { readonly database: LocatedDatabase; readonly schema: SharedSchema } | undefined
  #failure: Pick<SiteState, 'failure' | 'failureKind'> = { failure: undefined }
  #stopped = false

  constructor(options: GroupOptions) {
    this.#options = options
    this.#retry = new Retry(options.pollMs, options.random)
    this.#store = openStore(options.stateDir, options, {
      onDamaged: (file) => options.log.warn(`${file} was damaged and has been set aside`),
      onShared: (file, other) =>
        options.log.warn(
          `${other} reads the same site and remembers it in the same file, ${file}; give each bridge a --state-dir of its own`,
        ),
    })
    this.#saving = new Saving({
      ...options,
      store: this.#store,
      sites: () => [
        ...[...this.#sites.values()].flatMap(({ saved }) => saved ?? []),
        ...this.#gone.values(),
      ],
    })
  }

  /** The sites that are known, the main one first; one without readings while none is. */
  get states(): SiteState[] {
    const states: SiteState[] = []
    for (const { state } of this.#sites.values()) states.push(state)
    if (states.length > 0) return states
    return [{ name: this.#options.name, last: undefined, ...this.#failure }]
  }

  /** Makes what is remembered known; it costs no query. */
  async load(): Promise<void> {
    const sites = (await this.#store.load()).map((site) => withoutFuture(site, this.#options.now()))
    const offered = sites.filter(({ goneMs }) => goneMs === undefined)
    for (const site of sites) if (site.goneMs !== undefined) this.#gone.set(site.prefix, site)
    this.#forget()
    for (const [index, site] of offered.entries()) {
      const name = index === 0 ? this.#options.name : undefined
      this.#offer(site.prefix, this.#watch(site.prefix, name, site, offered.length))
    }
  }

  /**
   * Starts to read.
   *
   * @throws FatalError or DatabaseError when a database that has never been read refuses
   */
  async start(): Promise<void> {
    const database = await this.#options.place.open(this.#options.log, this.#store.id)
    const schema = new SharedSchema(database.engine, this.#options.now)
    this.#opened = { database, schema }
    if (this.#stopped) await database.close()
    const remembered = [...this.#sites.values()]
    for (const site of remembered) await site.start()
    const error = await this.#look()
    if (remembered.length === 0 && isFinal(error)) throw error
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    const closed = this.#opened?.database.close()
    await Promise.all([...this.#starting, ...this.#sites.values()].map((site) => site.stop()))
    await closed
    await this.#saving.atOnce()
    await this.#store.close()
  }

  /** Looks which sites there are, and again later; resolves with the error when it failed. */
  async #look(): Promise<unknown> {
    const { log, sql } = this.#options
    try {
      const found = await this.#findSites()
      if (this.#stopped) return undefined
      this.#order = [...found.keys()]
      await this.#addSites(found)
      await this.#removeSites(found)
      // The first round of a site is over before it is offered, so it has not been remembered yet.
      void this.#saving.atOnce()
      this.#failure = { failure: undefined }
      this.#retry.succeeded()
      if (sql === undefined) this.#later(() => this.#look(), lookAgainMs)
      return undefined
    } catch (error) {
      if (this.#stopped) return error
      const message = messageOf(error)
      if (this.#failure.failure !== message && this.#sites.size === 0 && !isFinal(error)) {
        log.warn(`${message}; trying again`)
      }
      this.#failure = { failure: message, failureKind: failureKind(error) }
      this.#later(() => this.#look(), this.#retry.waitMs(error))
      return error
    }
  }

  /** What each site goes by. Key: table prefix, the main site's first. */
  async #findSites(): Promise<Map<string, SiteName>> {
    const { tablePrefix, source, sql, name } = this.#options
    const alone = new Map([[tablePrefix ?? '', { given: name, name }]])
    if (sql !== undefined) return alone
    if (this.#opened === undefined) return new Map()
    const { database, schema } = this.#opened
    const tables = await schema.of(database.query)
    if (source === 'matomo' && prefixesAlone(tables, tablePrefix).length > 0) {
      return alone
    }
    const main = tablePrefix ?? (await database.tablePrefix?.()) ?? findPrefix(tables)
    const prefixes = await findNetwork(database.query, tables, main)
    return namesOf(database.query, prefixes, name)
  }

  /** Of a network, the sites that have a plugin to read; alone, a site without one is an error. */
  async #addSites(found: ReadonlyMap<string, SiteName>): Promise<void> {
    const { log, leaderships } = this.#options
    const errors: unknown[] = []
    // Whose turn it is takes a broker half a second to tell, of all at once no longer.
    for (const { name } of found.values()) if (name !== undefined) void leaderships?.of(name)
    for (const [prefix, { given: name }] of found) {
      const known = this.#sites.get(prefix)
      if ((known !== undefined && known.name === name) || this.#stopped) continue
      await known?.stop()
      const remembered = known?.saved ?? this.#gone.get(prefix)
      const site = this.#watch(prefix, name, remembered, found.size)
      if (remembered !== undefined) this.#offer(prefix, site)
      this.#starting.add(site)
      const started = site
        .start()
        .then(() => {
          this.#offer(prefix, site)
          // In its first round a new one was not there yet for who is told of rounds.
          if (remembered === undefined) this.#options.onRound(site.state.last?.site)
        })
        .catch((error: unknown) => errors.push(error))
        .finally(() => this.#starting.delete(site))
      // Alone it is waited for, however long it takes: whether it refuses is to be seen at once.
      await (found.size === 1 ? started : first(started, startMs))
    }
    if (this.#sites.size === 0 && this.#starting.size === 0 && errors.length > 0) throw errors[0]
    for (const error of errors) log.debug({ err: error }, 'a site of the network is left out')
  }

  /** Takes what is gone from the offer: sites, and names that sites have had. */
  async #removeSites(found: ReadonlyMap<string, unknown>): Promise<void> {
    const { log, now, onRound } = this.#options
    for (const [prefix, site] of this.#sites) {
      if (!this.#isGone(prefix, found.has(prefix))) continue
      this.#sites.delete(prefix)
      await site.stop()
      const { last } = site.state
      log.info(`${last?.site ?? prefix}: there is no such site any more`)
      if (last !== undefined) this.#gone.set(prefix, { ...last, goneMs: now() })
      if (last !== undefined) this.#retire(last.site)
      onRound(last?.site)
    }
    const current = new Set(this.states.map(({ last }) => last?.site))
    for (const name of this.#names) {
      if (this.#isGone(`name ${name}`, current.has(name))) this.#retire(name)
    }
    for (const name of current) if (name !== undefined) this.#names.add(name)
    this.#forget()
  }

  /** What has been gone for a day is not remembered any longer. */
  #forget(): void {
    for (const [prefix, { goneMs = 0 }] of this.#gone) {
      if (isDue(this.#options.now(), goneMs, rememberMs)) this.#gone.delete(prefix)
    }
  }

  #retire(name: string): void {
    this.#names.delete(name)
    this.#misses.delete(`name ${name}`)
    this.#options.leaderships?.retire(name)
  }

  /** Counts the looks that have not found it. */
  #isGone(key: string, isFound: boolean): boolean {
    const misses = isFound ? 0 : (this.#misses.get(key) ?? 0) + 1
    if (misses === 0 || misses >= goneLooks) this.#misses.delete(key)
    else this.#misses.set(key, misses)
    return misses >= goneLooks
  }

  /** Puts a site in its place among those that are known. */
  #offer(prefix: string, site: WatchedSite): void {
    this.#gone.delete(prefix)
    this.#sites.set(prefix, site)
    const place = (each: string) => {
      const index = this.#order.indexOf(each)
      return index < 0 ? this.#order.length : index
    }
    const sorted = [...this.#sites].sort(([a], [b]) => place(a) - place(b))
    this.#sites.clear()
    for (const [each, watched] of sorted) this.#sites.set(each, watched)
  }

  #watch(
    prefix: string,
    name: string | undefined,
    remembered: Saved | undefined,
    share: number,
  ): WatchedSite {
    const site: WatchedSite = new WatchedSite(
      {
        ...this.#options,
        prefix,
        name,
        share,
        database: () => this.#opened,
        leaderships: this.#options.leaderships,
        onRound: (succeeded) => {
          const known = site.state.last?.site
          if (known !== undefined) this.#names.add(known)
          if (succeeded) this.#saving.nowAndThen()
          this.#options.onRound(known)
        },
      },
      remembered && { ...remembered, goneMs: undefined },
    )
    return site
  }

  #later(work: () => Promise<unknown>, ms: number): void {
    if (this.#stopped) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void work()
    }, ms)
    this.#timers.add(timer)
  }
}

/** Resolves with the work, or after a while without it. */
async function first(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
