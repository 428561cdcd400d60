import * as v from 'valibot'
import type { Remembered } from '../../readings/store.ts'
import { Attributes, SiteDocument, siteOf } from './site-document.ts'

const Document = v.pipe(v.string(), v.parseJson(), SiteDocument)
const Numbers = v.pipe(v.string(), v.parseJson(), Attributes)

/** What a broker has said of one site, of all that another bridge publishes. */
export class SiteHeard {
  readonly #site: string
  #document: SiteDocument | undefined
  /** Key: metric and period, as in the topic. */
  readonly #attributes: Map<string, Attributes> = new Map()
  #last: Omit<Remembered, 'prefix'> | undefined
  #status: string | undefined
  #database: string | undefined

  constructor(site: string) {
    this.#site = site
  }

  /** Undefined until the document has come. */
  get last(): Omit<Remembered, 'prefix'> | undefined {
    if (this.#document === undefined) return undefined
    this.#last ??= siteOf(this.#document, (key) => this.#attributes.get(key))
    return this.#last
  }

  /** Of the default order of sites. */
  get place(): number {
    return this.#document?.place ?? 0
  }

  get isOnline(): boolean {
    return this.#status === 'online'
  }

  /** Whether the other bridge does not reach its database, or has just failed to. */
  get isAway(): boolean {
    if (this.#database === 'offline') return true
    const newest = [...this.#attributes.values()].sort((a, b) => (a.asOf < b.asOf ? 1 : -1))[0]
    return newest?.stale === true
  }

  /**
   * Takes a message.
   *
   * @param rest its topic behind the name of the site
   * @returns what is wrong with it, for people; it changes nothing then
   */
  hear(rest: string, payload: string): string | undefined {
    if (rest === 'status') this.#status = payload
    if (rest === 'database') this.#database = payload
    const key = rest.replace(/\/attributes$/, '')
    if (rest !== 'site' && key === rest) return undefined
    if (payload === '') {
      if (rest === 'site') this.#document = undefined
      else this.#attributes.delete(key)
    } else {
      const parsed =
        rest === 'site' ? v.safeParse(Document, payload) : v.safeParse(Numbers, payload)
      if (!parsed.success) return `is no document of a bridge: ${parsed.issues[0].message}`
      // One that is of another site would speak for that.
      if (!sitesOf(parsed.output).every((site) => site === this.#site)) return 'is of another site'
      if ('counts' in parsed.output) this.#document = parsed.output
      else this.#attributes.set(key, parsed.output)
    }
    this.#last = undefined
    return undefined
  }
}

function sitesOf(message: SiteDocument | Attributes): string[] {
  return 'counts' in message
    ? [message.site, ...message.counts.map(({ site }) => site)]
    : [message.site]
}
