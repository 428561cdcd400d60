import { FatalError } from '../common/errors.ts'
import { clockFinding, type IsClockSet } from './clock-check.ts'
import { grants } from './grants-check.ts'
import { examineNetwork } from './network-check.ts'
import { remaining, tookText } from './readings/counting.ts'
import { type Found, findSource, type Wanted } from './readings/find-source.ts'
import { silentSince } from './readings/newest-day.ts'
import { readOnce } from './readings/read-once.ts'
import type { Count, Round } from './readings/round.ts'
import type { SiteOptions } from './readings/site-group.ts'
import type { Remembered } from './readings/store.ts'
import type { Database, Query } from './wordpress/database/database.ts'
import type { LocatedDatabase } from './wordpress/database/place.ts'
import { toNewestDay } from './wordpress/day.ts'
import { addDays, momentAt } from './wordpress/moment.ts'
import { sources } from './wordpress/sources/index.ts'
import { isActive, type Source } from './wordpress/sources/source.ts'

/** One thing that was looked at, and what to do about it. */
export interface Finding {
  readonly subject: string
  readonly status: 'ok' | 'warning' | 'problem'
  readonly text: string
  readonly advice?: string
}

/** What an examination has found to show. */
export interface Examined {
  readonly site: string
  readonly source: Pick<Source, 'id' | 'name'>
  readonly counts: readonly Count[]
  /** Other statistics plugins that are active. */
  readonly others: readonly Pick<Source, 'id' | 'name'>[]
  /** The sites of its network that have a number, itself first; just itself where it stands alone. */
  readonly network: readonly { readonly name: string; readonly counts: readonly Count[] }[]
}

/**
 * Looks at a site as the bridge would, and says what it finds.
 *
 * @param remembered what a bridge of this site remembers: it goes on with the plugin of that
 * @throws FatalError or DatabaseError when it can look no further
 */
export async function* examineSite(
  { place, tablePrefix, source, sql, words, matomoSite, name }: SiteOptions,
  database: LocatedDatabase,
  now: () => number,
  isClockSet: IsClockSet = async () => undefined,
  remembered: readonly Remembered[] = [],
): AsyncGenerator<Finding, Examined> {
  for await (const { subject, text } of place.steps?.() ?? []) yield { subject, status: 'ok', text }
  const { query, engine, isAgent = false } = database
  // What an agent does not run: its server, its clock and its account are the host's affair.
  const isServer = engine === 'mysql' && !isAgent
  if (!isAgent) yield await server(query, engine, place.description)
  if (isServer) yield await clock(query, now, isClockSet)
  if (database.hello !== undefined) yield* agent(database.hello, place.description, isClockSet)
  const prefix = tablePrefix ?? (await database.tablePrefix?.())
  const wanted = { prefix, source, sql, ...(words && { words }), matomoSite }
  const { found, refusal } = await findKnown(query, engine, wanted, now(), remembered)
  const { site } = found
  yield {
    subject: 'site',
    status: 'ok',
    text: `${site.name}, table prefix "${site.prefix}", days in ${site.timezone}`,
  }
  yield plugin(found)
  if (refusal !== undefined) {
    yield {
      subject: 'remembered',
      status: 'warning',
      text: `${refusal}; what follows is what ${found.source.name} counts`,
      advice: `switch it on again, or start the bridge with --source ${found.source.id}`,
    }
  }
  const { layoutNote } = found.plan
  if (layoutNote !== undefined) yield { subject: 'layout', status: 'ok', text: layoutNote }
  if (isServer) yield await grants(query, found)
  // The one that was found, also where another would be preferred at a first start.
  const read = sql === undefined ? { ...wanted, source: found.source.id } : wanted
  const { round, progress, tookMs } = await readOnce(database, read, name, now)
  const { counts } = round
  if (progress !== undefined) {
    yield {
      subject: 'counting',
      status: 'ok',
      text: `${progress.text} after ${tookText(tookMs)}${remaining(progress.progress, tookMs)}; a bridge counts on in the background and shows the numbers of today meanwhile`,
    }
  } else if (found.plan.days !== undefined) {
    yield {
      subject: 'counting',
      status: 'ok',
      text: `all days were counted in ${tookText(tookMs)}`,
    }
  }
  for (const { metric, period, value, tookMs } of counts) {
    yield {
      subject: `${metric}.${period}`,
      status: 'ok',
      text: `${value}, in ${(tookMs / 1000).toFixed(3)} s`,
    }
  }
  const rows = await counting(query, found, round, now())
  if (rows !== undefined) yield rows
  const network = [{ name: name ?? site.name, counts }]
  if (sql === undefined) {
    for await (const { finding, ...further } of examineNetwork(database, wanted, site, now)) {
      if (further.counts.length > 0) network.push(further)
      yield finding
    }
  }
  return {
    site: name ?? site.name,
    source: found.source,
    counts,
    others: sources.filter((each) => each.id !== found.source.id && isActive(each, site)),
    network,
  }
}

/**
 * The plugin that a bridge goes on with, or the one that a first start would take, and why the bridge does
 * not read that one.
 */
async function findKnown(
  query: Query,
  engine: Database['engine'],
  wanted: Wanted,
  epochMs: number,
  remembered: readonly Remembered[],
): Promise<{ found: Found; refusal?: string }> {
  const [main] = remembered
  const own = remembered.find(({ prefix }) => prefix === wanted.prefix) ?? main
  if (own === undefined) return { found: await findSource(query, engine, wanted, epochMs) }
  try {
    return { found: await findSource(query, engine, { ...wanted, known: own.source }, epochMs) }
  } catch (error) {
    if (!(error instanceof FatalError)) throw error
    // Where there is no other plugin either, that is what there is to say.
    const found = await findSource(query, engine, wanted, epochMs).catch(() => {
      throw error
    })
    return found.source.id === own.source ? { found } : { found, refusal: error.message }
  }
}

async function server(query: Query, engine: string, where: string): Promise<Finding> {
  const sqlite = engine === 'sqlite'
  const text = sqlite ? 'SELECT sqlite_version() AS version' : 'SELECT VERSION() AS version'
  const [row] = await query({ text, values: [] })
  const version = String(row?.['version'])
  const product = sqlite ? 'SQLite' : /mariadb/i.test(version) ? 'MariaDB' : 'MySQL'
  return { subject: 'database', status: 'ok', text: `${product} ${version}, ${where}` }
}

async function clock(query: Query, now: () => number, isClockSet: IsClockSet): Promise<Finding> {
  const before = now()
  const [row] = await query({ text: 'SELECT UNIX_TIMESTAMP(NOW(3)) AS seconds', values: [] })
  const here = (before + now()) / 2000
  return clockFinding("the database's", Number(row?.['seconds']) - here, isClockSet)
}

/** Whether the agent answers, with this key and the list of this program, and what time it is there. */
async function* agent(
  hello: NonNullable<LocatedDatabase['hello']>,
  description: string,
  isClockSet: IsClockSet,
): AsyncGenerator<Finding> {
  const { aheadSeconds, isOfThisVersion } = await hello()
  const subject = 'agent'
  const text = `${description} answers, and knows this key`
  yield isOfThisVersion
    ? { subject, status: 'ok', text: `${text}; its plugin is of this program's version` }
    : {
        subject,
        status: 'warning',
        text: `${text}; its plugin is of another version than this program`,
        advice:
          'make a new zip with visitor-counter agent <address>, and upload it in place of the old one',
      }
  yield await clockFinding("the web server's", aheadSeconds, isClockSet)
}

function plugin({ site, source, why, warning, advice }: Found): Finding {
  const active = sources.filter((each) => isActive(each, site))
  const names = active.map((each) => each.name).join(', ') || 'none'
  const text = `${source.name} (${source.id}): ${why}; statistics plugins that are active: ${names}`
  return warning === undefined
    ? { subject: 'plugin', status: 'ok', text }
    : {
        subject: 'plugin',
        status: 'warning',
        text: isActive(source, site) ? `${text}; ${warning}` : text,
        ...(advice === undefined ? {} : { advice }),
      }
}

/** A page cache that keeps the plugin from counting shows in rows that stop. */
async function counting(
  query: Query,
  { site, plan }: Found,
  { ledger, open }: Round,
  epochMs: number,
): Promise<Finding | undefined> {
  if (plan.newest === undefined) return undefined
  const moment = momentAt(epochMs, plan.zone?.(epochMs) ?? site.timezone)
  const [row] = await query(plan.newest(moment))
  const newest = toNewestDay(row)
  // While the days are not known, which say how long its pauses are, a day without a row is long.
  const isSilent =
    ledger === undefined
      ? newest === undefined || newest < addDays(moment.today, -1)
      : newest === undefined || silentSince({ ledger, open: [...open] }, epochMs) !== undefined
  const when = `of ${newest}; today is ${moment.today}`
  if (!isSilent) return { subject: 'newest row', status: 'ok', text: when }
  return {
    subject: 'newest row',
    status: 'warning',
    text: newest === undefined ? 'there is none' : `${when}: the plugin counts nobody any more`,
    advice:
      'if the site has visitors, the plugin does not count them: exclude its script from the page cache or switch the plugin to tracking that works with one, then open a page and run doctor again',
  }
}
