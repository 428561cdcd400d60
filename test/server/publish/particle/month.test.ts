import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import type { ParticleCloud } from '../../../../common/particle-cloud.ts'
import { monthOf, pauseMs } from '../../../../server/publish/particle/budget.ts'
import { particlePublisher, refreshMs } from '../../../../server/publish/particle/publisher.ts'
import { memory, temporaryFolder } from '../../../support/folder.ts'
import { freshSite } from '../../../support/fresh-site.ts'
import { silent } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'

const december = Date.parse('2026-12-01T00:00:00Z')
const january = Date.parse('2027-01-01T00:00:00Z')
const dayMs = 86_400_000
const pollMs = 30_000

/** 10,000 visits a day, from 3 in the morning to midnight. */
function visitsUntil(ms: number): number {
  const days = (ms - december) / dayMs
  const share = Math.max(0, (days % 1) - 1 / 8) / (7 / 8)
  return Math.floor((Math.floor(days) + share) * 10_000)
}

/** Lets December pass before a cloud that takes everything; what it was sent, and when. */
async function december2026(t: TestContext, budget: number) {
  let nowMs = december
  // The state is written 4,464 times, each for certain.
  const stateDir = await temporaryFolder(t, memory)
  const sent: { value: number; atMs: number; truth: number }[] = []
  const refused = () => Promise.reject(new Error('not asked for'))
  const cloud: ParticleCloud = {
    device: refused,
    publish: refused,
    variable: refused,
    compile: refused,
    flash: refused,
    devices: async () => [{ id: '1', name: 'desk', session: '1', platformId: 6, functions: [] }],
    call: async (_device, _name, argument) => {
      const value = Number(argument)
      sent.push({ value, atMs: nowMs, truth: visitsUntil(nowMs) })
      return value
    },
    close: () => {},
  }
  const base = freshSite({ visitors: 0, today: 0, answers: true }, nowMs)
  const [count] = base.last?.counts ?? []
  assert.ok(base.last && count)
  const { last } = base
  let state = base
  const publisher = particlePublisher({
    cloud,
    mode: 'function',
    budget,
    stateDir,
    now: () => nowMs,
    random: Math.random,
    log: silent,
    desks: [{ device: 'desk', metric: undefined, period: 'total', site: undefined }],
  })({ sites: () => [state] })
  publisher.start()
  await until('the first call', () => sent.length > 0)
  for (; nowMs < january; nowMs += pollMs) {
    const asOf = new Date(nowMs).toISOString()
    const counts = [{ ...count, value: visitsUntil(nowMs), asOf }]
    state = { ...base, last: { ...last, counts } }
    const before = sent.length
    publisher.update()
    if (sent.length > before) await setImmediate()
  }
  nowMs = january - 1
  const health = publisher.health?.()
  await publisher.stop()
  return { sent, health }
}

test('a month of 10,000 visits a day takes at most 50,000 operations, and no number gets old', async (t) => {
  const { sent, health } = await december2026(t, 100_000)
  assert.ok(sent.length <= 50_000, `${sent.length} operations`)
  assert.equal(health?.['particleOperations'], sent.length)
  for (const [index, { value, atMs, truth }] of sent.entries()) {
    assert.equal(value, truth)
    const next = sent[index + 1]?.atMs ?? january
    assert.ok(next - atMs <= refreshMs + pollMs, `${next - atMs} ms without a sign of life`)
    assert.ok(next - atMs >= 60_000 || next === january, `${next - atMs} ms from one to the next`)
  }
})

test('when 70 % are used numbers are sent less often, to the end of the month', () => {
  const budget = 40_000
  let used = 0
  let lastMs = Number.NEGATIVE_INFINITY
  const pauses: number[] = []
  for (let nowMs = december; nowMs < january; nowMs += 5000) {
    const pause = pauseMs({ budget, used, costOfAll: 1 }, 60_000, nowMs)
    if (nowMs - lastMs < pause) continue
    pauses.push(pause)
    used += 1
    lastMs = nowMs
  }
  assert.ok(used > 37_000 && used <= 38_000, `${used} operations`)
  assert.equal(pauses.lastIndexOf(60_000), 27_999)
  const widest = pauses.slice(28_000, -10).sort((a, b) => b - a)[0] ?? 0
  assert.ok(widest > 90_000 && widest < 110_000, `${widest} ms`)
})

test('however many are used, the pause never lets more than 95 % be used', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 1_000_000 }),
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1.2, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (budget, costOfAll, usedShare, monthShare) => {
        const nowMs = december + monthShare * 31 * dayMs
        const used = Math.floor(usedShare * budget)
        const pause = pauseMs({ budget, used, costOfAll }, 60_000, nowMs)
        assert.ok(pause >= 60_000)
        if (pause === Number.POSITIVE_INFINITY) {
          assert.ok(used + costOfAll > 0.95 * budget)
          return
        }
        assert.ok(used + costOfAll <= 0.95 * budget)
        if (used < 0.7 * budget) return
        const times = Math.floor((january - nowMs) / pause)
        assert.ok(used + times * costOfAll <= 0.95 * budget)
      },
    ),
  )
})

test('a month is one of UTC', () => {
  assert.equal(monthOf(december - 1), '2026-11')
  assert.equal(monthOf(december), '2026-12')
})
