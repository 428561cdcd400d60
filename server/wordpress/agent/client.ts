import { randomBytes } from 'node:crypto'
import { DatabaseError, networkReason } from '../../../common/errors.ts'
import type { Query, Row, Sql } from '../database/database.ts'
import type { AgentHello, LocatedDatabase } from '../database/place.ts'
import type { AgentKey } from './key.ts'
import { listId } from './list-id.ts'
import { type Answer, limits, parseAnswer, type Result, type Run, requestBody } from './protocol.ts'
import { agentPrefix, isWithheld, statementId, templateOf } from './template.ts'

export interface AgentOptions {
  /** The address of the WordPress, as its visitors have it. */
  readonly url: URL
  readonly key: AgentKey
  readonly now: () => number
  readonly fetch: typeof fetch
}

/** Longer than the agent takes for all of its statements. */
const answerMs = 30_000
/** Redirects from http to https, or to the name with or without www. */
const mostRedirects = 3

/** Where the agent may be asked: permalinks may be off, and some hosts close the one or the other. */
const doors: readonly ((url: URL) => URL)[] = [
  (url) => new URL('wp-json/visitor-counter/v1/rows', url),
  (url) => new URL('?rest_route=/visitor-counter/v1/rows', url),
  (url) => new URL('wp-admin/admin-ajax.php?action=visitor-counter/v1/rows', url),
]

interface Asked {
  readonly run: Run
  /** For a message. */
  readonly text: string
  readonly done: (rows: Row[]) => void
  readonly failed: (error: unknown) => void
}

/**
 * A WordPress database through the agent: what is asked in one turn of the event loop goes in one request,
 * and sees one moment of the database. Names of tables have `wp_` for the prefix of the site.
 */
export class AgentDatabase implements LocatedDatabase {
  readonly engine = 'mysql'
  readonly isAgent = true
  readonly #options: AgentOptions
  readonly #end = new AbortController()
  #queue: Asked[] = []
  #door: URL | undefined
  /** How far the clock of the web server is ahead of this machine's. */
  #aheadSeconds = 0
  #spentMs = 0

  constructor(options: AgentOptions) {
    this.#options = options
  }

  query: Query = (sql) =>
    new Promise((done, failed) => {
      const asked = runOf(sql)
      // As in a database that has no such option.
      if (isWithheld(asked.text)) return done([])
      this.#queue.push({ ...asked, done, failed })
      if (this.#queue.length === 1) setImmediate(() => void this.#flush())
    })

  /** A request is a snapshot; statements of several requests see several moments. */
  snapshot = <T>(work: (query: Query) => Promise<T>): Promise<T> => work(this.query)

  tablePrefix = async (): Promise<string> => agentPrefix

  hello = async (): Promise<AgentHello> => {
    const before = this.#options.now()
    const answer = await this.#ask([])
    const here = (before + this.#options.now()) / 2000
    if (answer.error !== undefined) throw this.#refused(answer, [])
    const { statementList } = await import('./statements.ts')
    return {
      // It tells whole seconds.
      aheadSeconds: answer.time + 0.5 - here,
      isOfThisVersion: answer.list === listId(await statementList()),
    }
  }

  /** The time of the web server. */
  stopwatch = (): number => this.#spentMs

  close = async (): Promise<void> => this.#end.abort()

  async #flush(): Promise<void> {
    const batch = this.#queue.splice(0, limits.statements)
    if (this.#queue.length > 0) setImmediate(() => void this.#flush())
    try {
      const { results = [], ...answer } = await this.#ask(batch.map(({ run }) => run))
      if (answer.error !== undefined) throw this.#refused(answer, batch)
      for (const [index, { done, failed }] of batch.entries()) {
        const result = results[index]
        if (result === undefined) failed(this.#away('it left out an answer'))
        else done(rowsOf(result))
      }
    } catch (error) {
      for (const { failed } of batch) failed(error)
    }
  }

  async #ask(run: readonly Run[]): Promise<Answer> {
    const answer = await this.#request(run)
    if (answer.error !== 'clock') return answer
    this.#aheadSeconds = answer.time - Math.floor(this.#options.now() / 1000)
    return this.#request(run)
  }

  async #request(run: readonly Run[]): Promise<Answer> {
    const { key, now } = this.#options
    const nonce = randomBytes(12).toString('base64url')
    const time = Math.floor(now() / 1000) + this.#aheadSeconds
    const body = requestBody({ site: key.site, time, nonce, run }, key.key)
    const known = this.#door === undefined ? doors.map((door) => door(this.#base())) : [this.#door]
    const failures: DatabaseError[] = []
    for (const door of known) {
      const { status, text, url } = await this.#post(door, body)
      const answer = parseAnswer(text, nonce)
      if (answer !== undefined) {
        this.#door = url
        this.#spentMs += answer.totalMs ?? 0
        return answer
      }
      failures.push(this.#unanswered(status, text))
      if (status >= 500) break
    }
    this.#door = undefined
    // A page with 200 says less than a refusal: with plain permalinks WordPress gives its front page.
    const refused = failures.find(({ kind }) => kind === 'refused')
    throw refused ?? failures[0] ?? this.#away('there is no way to ask it')
  }

  /** With a slash at the end, so that the paths of the doors go below it. */
  #base(): URL {
    const url = new URL(this.#options.url)
    if (!url.pathname.endsWith('/')) url.pathname += '/'
    return url
  }

  async #post(to: URL, body: string): Promise<{ status: number; text: string; url: URL }> {
    let url = to
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#options
        .fetch(url, {
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'user-agent': 'visitor-counter',
          },
          // Followed by hand: fetch would make a GET of it, and go to any host.
          redirect: 'manual',
          signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(answerMs)]),
        })
        .catch((error: unknown) => {
          throw this.#away(reasonOf(error))
        })
      const target = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || target === null) {
        return { status: response.status, text: await this.#text(response), url }
      }
      await response.body?.cancel()
      const next = new URL(target, url)
      if (!isSameSite(url, next) || redirects === mostRedirects) {
        throw this.#away(
          `it sends to ${next.origin}, which is not followed; is that the address to give?`,
        )
      }
      url = next
    }
  }

  async #text(response: Response): Promise<string> {
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of response.body ?? []) {
      bytes += part.byteLength
      if (bytes > limits.answerBytes) throw this.#away('its answer is too long to be one')
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  }

  #away(reason: string): DatabaseError {
    return new DatabaseError('away', `the agent at ${this.#options.url.host}: ${reason}`)
  }

  /** What came back was not from the agent: WordPress, a firewall or a page of the host answered. */
  #unanswered(status: number, text: string): DatabaseError {
    const { host } = this.#options.url
    const isWordpress = text.includes('rest_no_route') || (status === 400 && text.trim() === '0')
    if (isWordpress || status === 404) {
      return new DatabaseError(
        'refused',
        `the agent at ${host}: WordPress does not know this request; is the plugin "Visitor Counter Agent" of this key's zip uploaded and active?`,
      )
    }
    if (status === 401 || status === 403 || status === 406) {
      return new DatabaseError(
        'refused',
        `the agent at ${host}: something before WordPress refuses the request (HTTP ${status}), as a firewall or a password of the host; allow POST to /wp-json/visitor-counter/`,
      )
    }
    return this.#away(`no answer of it came back (HTTP ${status})`)
  }

  #refused({ error, at, code }: Omit<Answer, 'results'>, batch: readonly Asked[]): Error {
    const { url } = this.#options
    const text = batch[at ?? -1]?.text ?? ''
    switch (error) {
      case 'statement':
        return new DatabaseError(
          'refused',
          `the agent at ${url.host} is older than this program and lacks a statement (${text.slice(0, 120)}…); make a new zip with: visitor-counter agent ${url.href}, and upload it in place of the old one`,
        )
      case 'clock':
        return this.#away('the clocks of the two machines differ too much')
      case 'sql':
        return new DatabaseError(
          sqlKinds[code ?? 0] ?? 'away',
          `the agent at ${url.host}: the database refuses a statement (error ${code ?? 'unknown'})`,
        )
      case 'rows':
        return new DatabaseError(
          'limit',
          `the agent at ${url.host}: a statement gives too many rows`,
        )
      default:
        return this.#away(`it could not do it (${error})`)
    }
  }
}

/** Numbers of MySQL and MariaDB that have a kind of their own. */
const sqlKinds: Readonly<Record<number, 'schema' | 'limit' | 'refused'>> = {
  1054: 'schema',
  1142: 'refused',
  1146: 'schema',
  1969: 'limit',
  3024: 'limit',
}

function runOf({ text, values }: Sql): { run: Run; text: string } {
  const template = templateOf(text)
  const id = statementId(template.text)
  return {
    run: template.month === undefined ? [id, values] : [id, values, template.month],
    text: template.text,
  }
}

function rowsOf({ columns, rows }: Result): Row[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])))
}

/** Whether a redirect stays with the site: never from https to http, nor to another name. */
function isSameSite(from: URL, to: URL): boolean {
  const bare = ({ hostname }: URL) => hostname.replace(/^www\./, '')
  const isSafe =
    to.protocol === 'https:' || (to.protocol === from.protocol && to.port === from.port)
  return bare(from) === bare(to) && isSafe
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${answerMs / 1000} s`
  return error.cause instanceof Error ? networkReason(error.cause) : error.message
}
