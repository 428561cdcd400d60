import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newestDay, silentSince } from '../../../server/readings/newest-day.ts'

const nowMs = Date.parse('2026-10-15T12:00:00Z')
const none = { visitors: 0, views: 0 }

/** A site whose plugin has counted somebody on these days. */
function site(...days: string[]) {
  return {
    ledger: {
      zone: 'UTC',
      openFrom: '2026-10-15',
      days: Object.fromEntries(days.map((day) => [day, { visitors: 1, views: 2 }])),
      older: none,
      base: none,
    },
    open: [{ day: '2026-10-15', ...none }],
  }
}

test('the newest day is one of the open ones where somebody has come since the ledger was closed', () => {
  const { ledger } = site('2026-10-13', '2026-10-14')
  const open = [
    { day: '2026-10-16', ...none },
    { day: '2026-10-15', visitors: 0, views: 1 },
  ]
  assert.equal(newestDay({ ledger, open }), '2026-10-15')
  assert.equal(newestDay({ ledger, open: [] }), '2026-10-14')
  assert.equal(newestDay({ ledger: undefined, open }), undefined)
})

const cases: [what: string, days: string[], since: string | undefined][] = [
  ['that counted yesterday', ['2026-10-13', '2026-10-14'], undefined],
  ['with visits each day that stopped three days ago', ['2026-10-11', '2026-10-12'], undefined],
  ['with visits each day that stopped four days ago', ['2026-10-10', '2026-10-11'], '2026-10-11'],
  ['with a visit each five days', ['2026-09-25', '2026-09-30'], undefined],
  ['with a visit each five days, long ago', ['2026-09-20', '2026-09-25'], '2026-09-25'],
  ['that never counted', [], undefined],
]
for (const [what, days, since] of cases) {
  test(`a plugin ${what} ${since === undefined ? 'may go on' : 'counts no more'}`, () => {
    assert.equal(silentSince(site(...days), nowMs), since)
    assert.equal(newestDay(site(...days)), days.at(-1))
  })
}
