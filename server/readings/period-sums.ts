import type { Period } from '../../reading.ts'
import type { Tally } from '../wordpress/sources/source.ts'
import { addOpen, type DayTally, type Ledger, sumClosed } from './ledger.ts'

/** The sums of periods: what of each is in the ledger is added up once, not at each poll. */
export class PeriodSums {
  #closed:
    | { readonly ledger: Ledger; readonly today: string; readonly sums: Map<Period, Tally> }
    | undefined

  /**
   * @param open the days since the ledger was closed
   * @param today site-local, `2026-10-15`
   */
  of(
    period: Exclude<Period, 'online'>,
    ledger: Ledger,
    open: readonly DayTally[],
    today: string,
  ): Tally {
    if (this.#closed?.ledger !== ledger || this.#closed.today !== today) {
      this.#closed = { ledger, today, sums: new Map() }
    }
    const { sums } = this.#closed
    const closed = sums.get(period) ?? sumClosed(ledger, period, today)
    sums.set(period, closed)
    return addOpen(closed, open, period, today)
  }
}
