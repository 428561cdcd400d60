import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Drafts } from '../../../../server/publish/mqtt/drafts.ts'
import { siteMessages } from '../../../../server/publish/mqtt/messages.ts'
import type { Remembered } from '../../../../server/readings/store.ts'
import { count, known, site } from '../../../support/publishing.ts'

const startMs = Date.parse('2026-10-15T12:00:00Z')
const secondMs = 1000
const minuteMs = 60 * secondMs
const pollMs = 5 * secondMs
const total = `visitor-counter/${site}/visitors/total`
const document = `visitor-counter/${site}/site`

/** What goes to a broker, round by round. */
function publish(minutes: number, round: (nowMs: number) => Remembered) {
  const retained = new Map<string, string>()
  const drafts = new Drafts()
  const sent: { topic: string; payload: string; ms: number }[] = []
  for (let ms = 0; ms < minutes * minuteMs; ms += pollMs) {
    const nowMs = startMs + ms
    const state = { name: undefined, last: round(nowMs), failure: undefined }
    for (const { topic, payload } of siteMessages(state, 0, retained, drafts, nowMs)) {
      if (retained.get(topic) === payload) continue
      retained.set(topic, payload)
      sent.push({ topic, payload, ms })
    }
  }
  const of = (topic: string) => sent.filter((message) => message.topic === topic)
  return { of, bytes: sent.reduce((sum, { payload }) => sum + payload.length, 0) }
}

const open = (views: number) => [{ day: '2026-10-15', visitors: 7, views }]

test('of a site where nothing happens only that its numbers hold goes out, once a minute', () => {
  const { of } = publish(10, (nowMs) => known(5, {}, nowMs))
  assert.equal(of(document).length, 1)
  assert.equal(of(total).length, 1)
  assert.deepEqual(
    of(`${total}/attributes`).map(({ ms }) => ms / minuteMs),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
})

test('of a busy site the digits go out at once, and the days once a minute', () => {
  const rounds = (10 * minuteMs) / pollMs
  let visits = 0
  const { of } = publish(10, (nowMs) => {
    visits += 1
    return known(visits, { open: open(visits) }, nowMs)
  })
  assert.equal(of(total).length, rounds)
  assert.equal(of(`${total}/attributes`).length, rounds)
  assert.equal(of(document).length, 10)
})

test('days that change after a quiet time go out at once', () => {
  const changedMs = startMs + 5 * minuteMs + 7 * pollMs
  const { of } = publish(10, (nowMs) => known(5, { open: open(nowMs < changedMs ? 1 : 2) }, nowMs))
  assert.deepEqual(
    of(document).map(({ ms }) => startMs + ms),
    [startMs, changedMs],
  )
})

test('what a site offers, and a clock that was set back, wait for no minute', () => {
  const changedMs = startMs + pollMs
  const offers = publish(1, (nowMs) =>
    known(5, { counts: nowMs < changedMs ? [] : [count('views', 'total', 9, nowMs)] }, nowMs),
  )
  assert.equal(offers.of(document).length, 2)
  const backMs = 3600 * secondMs
  const clock = publish(1, (nowMs) => known(5, {}, nowMs < changedMs ? nowMs : nowMs - backMs))
  assert.equal(clock.of(document).length, 2)
  assert.equal(clock.of(`${total}/attributes`).length, 2)
})

test('a day of a site with a year of days is less than 10 MB', (t) => {
  const year = Object.fromEntries(
    Array.from({ length: 366 }, (_, day) => [
      new Date(startMs - day * 24 * 3600 * secondMs).toISOString().slice(0, 10),
      { visitors: 1234, views: 5678 },
    ]),
  )
  const periods = ['today', 'yesterday', 'last7days', 'last30days'] as const
  const { bytes } = publish(60, (nowMs) => {
    const counts = (['visitors', 'views'] as const).flatMap((metric) =>
      periods.map((period) => count(metric, period, 1000, nowMs)),
    )
    const { ledger } = known(5)
    return known(5, { counts, ledger: ledger && { ...ledger, days: year } }, nowMs)
  })
  const mb = (bytes * 24) / 1e6
  t.diagnostic(`${mb.toFixed(1)} MB a day`)
  assert.ok(mb < 10)
})
