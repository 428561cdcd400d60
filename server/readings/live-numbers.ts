import { toCount } from '../wordpress/count.ts'
import type { Query } from '../wordpress/database/database.ts'
import type { Moment } from '../wordpress/moment.ts'
import { type OpenDays, rowsOf } from '../wordpress/sources/source.ts'
import type { Found } from './find-source.ts'
import { closeDays, daysOf, isDayOrNow, type Ledger, toDays } from './ledger.ts'
import { PeriodSums } from './period-sums.ts'
import type { SiteKnowledge } from './site-knowledge.ts'

/** What each poll asks for: the days that still change, totals that the plugin keeps, who is online. */
export class LiveNumbers {
  readonly #knowledge: SiteKnowledge
  readonly #query: Query
  readonly #sums = new PeriodSums()

  constructor(knowledge: SiteKnowledge, query: Query) {
    this.#knowledge = knowledge
    this.#query = query
  }

  /** @param open the days that still change; undefined as long as no count has found them */
  async readDays(found: Found, moment: Moment, open: OpenDays | undefined): Promise<void> {
    const { plan, source } = found
    if (plan.days === undefined || open === undefined) return
    const ledger = this.#knowledge.ledgerOf(found)
    const answer = await rowsOf(this.#query, plan.live?.(open, moment) ?? plan.days(open, moment))
    const rows = toDays(source.name, answer, this.#knowledge.onBadRow)
    if (plan.live !== undefined) {
      const visitors = answer.reduce(
        (sum, row) => sum + toCount(row['online'] ?? null, `online of ${source.name}`),
        0,
      )
      const counts = { visitors, views: 0 }
      this.#knowledge.keep(found, 'visitors', 'online', counts, moment, 'days')
    }
    this.#knowledge.keepDays(ledger, rows)
    const days = ledger ?? openDaysOnly(open, moment)
    for (const { metric, period } of plan.offers) {
      if (period === 'online' || (period === 'total' && plan.total !== undefined)) continue
      // A single day is in the rows of its day also where people are counted once a period.
      const range = daysOf(period, moment.today)
      if (!isDayOrNow(period) && plan.distinct?.includes(metric)) continue
      if (ledger === undefined && (range === undefined || range.from < open.from)) continue
      const sum = this.#sums.of(period, days, rows, moment.today)
      this.#knowledge.keep(found, metric, period, plan.shown?.(sum) ?? sum, moment, 'days')
    }
  }

  async readTotal(found: Found, moment: Moment): Promise<void> {
    const { plan } = found
    if (plan.total === undefined) return
    const counts = await plan.total(this.#query)
    for (const { metric, period } of plan.offers) {
      if (period !== 'total') continue
      this.#knowledge.keep(found, metric, period, counts, moment, 'totals')
    }
  }

  async readOnline(found: Found, moment: Moment, open: OpenDays | undefined): Promise<void> {
    // With the days it has been read already.
    if (found.plan.online === undefined || found.plan.live !== undefined) return
    const visitors = await found.plan.online(this.#query, moment, open?.watermark)
    const counts = { visitors, views: 0 }
    this.#knowledge.keep(found, 'visitors', 'online', counts, moment, 'online')
  }
}

/** What the first count has to say as long as it is under way: nothing of the days that are over. */
function openDaysOnly({ from: openFrom, watermark }: OpenDays, { timezone: zone }: Moment): Ledger {
  return closeDays([], { openFrom, zone, watermark, base: { visitors: 0, views: 0 } })
}
