import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addOpen, closeDays, type DayTally, sumClosed } from '../../../server/readings/ledger.ts'
import { addDays } from '../../../server/wordpress/moment.ts'

const closedOn = '2026-10-15'
const rows: fc.Arbitrary<DayTally[]> = fc.array(
  fc.record({
    day: fc.integer({ min: -800, max: 3 }).map((days) => addDays(closedOn, days)),
    visitors: fc.nat({ max: 1000 }),
    views: fc.nat({ max: 1000 }),
  }),
)
const base = fc.record({ visitors: fc.nat({ max: 99 }), views: fc.nat({ max: 99 }) })

test('closed days and open days together make the sums of all rows, whenever they were closed', () => {
  fc.assert(
    fc.property(rows, base, fc.integer({ min: 0, max: 3 }), (all, extra, daysLater) => {
      const today = addDays(closedOn, daysLater)
      const ledger = closeDays(all, {
        openFrom: closedOn,
        zone: 'UTC',
        watermark: 0,
        base: extra,
      })
      const open = all.filter(({ day }) => day >= closedOn)
      const sum = (period: Parameters<typeof sumClosed>[1]) =>
        addOpen(sumClosed(ledger, period, today), open, period, today)
      const add = (from: string, to: string, metric: 'visitors' | 'views') =>
        all.filter(({ day }) => day >= from && day <= to).reduce((sum, row) => sum + row[metric], 0)
      for (const metric of ['visitors', 'views'] as const) {
        assert.equal(sum('total')[metric], add('0000', '9999', metric) + extra[metric])
        assert.equal(sum('today')[metric], add(today, today, metric))
        assert.equal(sum('yesterday')[metric], add(addDays(today, -1), addDays(today, -1), metric))
        assert.equal(sum('last7days')[metric], add(addDays(today, -6), today, metric))
        assert.equal(sum('last30days')[metric], add(addDays(today, -29), today, metric))
      }
    }),
  )
})
