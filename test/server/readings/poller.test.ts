import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DatabaseError, type DatabaseErrorKind, FatalError } from '../../../common/errors.ts'
import { Poller } from '../../../server/readings/poller.ts'
import type { Round } from '../../../server/readings/round.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'

const startMs = Date.parse('2026-10-15T12:00:00Z')

function round(value: number): Round {
  const none = { visitors: 0, views: 0 }
  return {
    site: 'blog',
    source: 'statify',
    why: 'active',
    timezone: 'UTC',
    prefix: 'wp_',
    open: [],
    emptyDays: 'none',
    ledger: {
      zone: 'UTC',
      openFrom: '2026-10-15',
      watermark: 5,
      days: {},
      older: none,
      base: none,
    },
    counts: [
      {
        value,
        metric: 'views',
        period: 'total',
        site: 'blog',
        source: 'statify',
        unit: 'views',
        bots: 'excluded',
        asOf: new Date(startMs).toISOString(),
        everyMs: 5000,
        tookMs: 2,
      },
    ],
  }
}

/** A poller whose rounds are answered by the test, on a clock that the test moves. */
function setup(t: TestContext, { carry = false }: { carry?: boolean } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: startMs })
  const answers: (() => Promise<Round>)[] = []
  let reads = 0
  let rounds = 0
  const log = recordingLog()
  const poller = new Poller(
    {
      read: () => {
        reads += 1
        return answers.shift()?.() ?? Promise.reject(new Error('no answer prepared'))
      },
      name: undefined,
      pollMs: 5000,
      carry,
      log,
      now: Date.now,
      random: () => 0.5,
      onRound: () => {
        rounds += 1
      },
    },
    undefined,
  )
  t.after(() => poller.stop())
  return { poller, answers, log, reads: () => reads, rounds: () => rounds }
}

const value = (poller: Poller) => poller.state.last?.counts[0]?.value

test('a poller reads at the start and then once an interval', async (t) => {
  const { poller, answers, reads } = setup(t)
  answers.push(
    async () => round(1),
    async () => round(2),
  )
  await poller.start()
  assert.equal(value(poller), 1)
  t.mock.timers.tick(4999)
  assert.equal(reads(), 1)
  t.mock.timers.tick(1)
  await until('the second reading', () => value(poller) === 2)
})

test('a round that has read nothing is told to nobody, unless one before it failed', async (t) => {
  const { poller, answers, rounds } = setup(t)
  const same = round(1)
  const away = new DatabaseError('away', 'gone')
  answers.push(
    async () => same,
    async () => same,
    async () => round(2),
    () => Promise.reject(away),
    async () => same,
  )
  await poller.start()
  assert.equal(rounds(), 1)
  for (const [left, told] of [
    [3, 1],
    [2, 2],
    [1, 3],
    [0, 4],
  ]) {
    t.mock.timers.tick(5000)
    await until('the round', () => answers.length === left)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(rounds(), told)
  }
  assert.equal(poller.state.failure, undefined)
})

test('a round that takes long is not joined by a second one', async (t) => {
  const { poller, answers, reads } = setup(t)
  let finish: (round: Round) => void = () => {}
  answers.push(
    async () => round(1),
    () => new Promise((resolve) => (finish = resolve)),
  )
  await poller.start()
  t.mock.timers.tick(5000)
  t.mock.timers.tick(50_000)
  assert.equal(reads(), 2)
  finish(round(2))
  await until('the reading', () => value(poller) === 2)
})

const patience: [DatabaseErrorKind, string, number[]][] = [
  ['away', 'it is looked for each 5 s', [5, 5, 5, 5, 5, 5, 5]],
  ['host', 'its name is looked up each 5 s', [5, 5, 5, 5]],
  ['refused', 'the waits grow to five minutes', [5, 10, 20, 40, 80, 160, 300, 300]],
]
for (const [kind, what, expected] of patience) {
  test(`when a database is ${kind} the last reading stays, and ${what}`, async (t) => {
    const { poller, answers, log, reads } = setup(t)
    answers.push(async () => round(1))
    for (let i = 0; i < 12; i += 1) {
      answers.push(() => Promise.reject(new DatabaseError(kind, 'gone')))
    }
    await poller.start()
    t.mock.timers.tick(5000)
    const waits: number[] = []
    for (let i = 0; i < expected.length; i += 1) {
      const before = reads()
      await until('the failure is seen', () => poller.state.failure === 'gone')
      await new Promise((resolve) => setImmediate(resolve))
      let waited = 0
      for (; reads() === before && waited < 400; waited += 5) t.mock.timers.tick(5000)
      waits.push(waited)
    }
    assert.deepEqual(waits, expected)
    assert.equal(value(poller), 1)
    assert.equal(log.lines.filter((line) => line.includes('gone')).length, 1)
    answers.unshift(async () => round(3))
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(300_000)
    await until('the new reading', () => value(poller) === 3)
    assert.equal(poller.state.failure, undefined)
    assert.ok(log.lines.includes('info: the database answers again'))
  })
}

test('a first round that is refused ends the start; one that fails otherwise is tried again', async (t) => {
  const refusals = [new DatabaseError('refused', 'wrong password'), new FatalError('no plugin')]
  for (const refusal of refusals) {
    await t.test(refusal.message, async (t) => {
      const { poller, answers } = setup(t)
      answers.push(() => Promise.reject(refusal))
      await assert.rejects(poller.start(), refusal)
    })
  }
  const { poller, answers } = setup(t)
  answers.push(() => Promise.reject(new DatabaseError('away', 'connection refused')))
  await poller.start()
  answers.push(async () => round(4))
  t.mock.timers.tick(5000)
  await until('the reading', () => value(poller) === 4)
})

test('one that is woken reads at once, and then waits for its interval again', async (t) => {
  const { poller, answers, reads } = setup(t)
  for (let value = 1; value <= 3; value += 1) answers.push(async () => round(value))
  await poller.start()
  poller.wake()
  await until('the second reading', () => value(poller) === 2)
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(4999)
  assert.equal(reads(), 2)
  t.mock.timers.tick(1)
  await until('the third reading', () => value(poller) === 3)
})

test('one that is woken in the midst of a round reads once more right after it', async (t) => {
  const { poller, answers, reads } = setup(t)
  let finish: (round: Round) => void = () => {}
  answers.push(
    async () => round(1),
    () => new Promise((resolve) => (finish = resolve)),
    async () => round(3),
    async () => round(4),
  )
  await poller.start()
  t.mock.timers.tick(5000)
  poller.wake()
  assert.equal(reads(), 2)
  finish(round(2))
  await until('the reading', () => value(poller) === 2)
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(1)
  await until('the next reading', () => value(poller) === 3)
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(4998)
  assert.equal(reads(), 3)
})

test('rounds that go well have nothing to say', async (t) => {
  const { poller, answers, log, rounds } = setup(t)
  for (let value = 1; value <= 3; value += 1) answers.push(async () => round(value))
  await poller.start()
  for (let round = 2; round <= 3; round += 1) {
    t.mock.timers.tick(5000)
    await until('the round', () => rounds() === round)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(log.lines, [])
})

test('a plugin that counts nobody any more is warned of once, and again when it has stopped anew', async (t) => {
  const { poller, answers, log, rounds } = setup(t)
  const some = { visitors: 2, views: 3 }
  const stoppedOn = (day: string): Round => {
    const { ledger, ...rest } = round(9)
    return { ...rest, ledger: ledger && { ...ledger, days: { '2026-10-01': some, [day]: some } } }
  }
  const silent = stoppedOn('2026-10-02')
  const warnings = () => log.lines.filter((line) => line.includes('has counted nobody since'))
  const rest = async (answer: Round) => {
    answers.push(async () => ({ ...answer }))
    const next = rounds() + 1
    t.mock.timers.tick(5000)
    await until('the round', () => rounds() === next)
    await new Promise((resolve) => setImmediate(resolve))
  }
  answers.push(async () => silent)
  await poller.start()
  await rest(silent)
  assert.equal(warnings().length, 1)
  assert.match(
    warnings()[0] ?? '',
    /^warn: blog: statify has counted nobody since 2026-10-02; .*page cache, then run doctor$/,
  )
  await rest(stoppedOn('2026-10-14'))
  assert.equal(warnings().length, 1)
  await rest(silent)
  assert.equal(warnings().length, 2)
})
