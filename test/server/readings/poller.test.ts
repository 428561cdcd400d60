import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FatalError } from '../../../errors.ts'
import { Poller } from '../../../server/readings/poller.ts'
import type { Round } from '../../../server/readings/reader.ts'
import { openStore, type Remembered } from '../../../server/readings/store.ts'
import { DatabaseError } from '../../../server/wordpress/database.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'

const startMs = Date.parse('2026-10-15T12:00:00Z')

function round(value: number, costMs = 1): Round {
  const none = { visitors: 0, views: 0 }
  return {
    ...{ site: 'blog', source: 'statify', why: 'active', timezone: 'UTC' },
    costMs,
    ledger: { openFrom: '2026-10-15', watermark: 5, days: {}, older: none, base: none },
    counts: [
      {
        ...{ value, metric: 'views', period: 'total', site: 'blog', source: 'statify' },
        ...{ unit: 'views', bots: 'excluded', asOf: new Date(startMs).toISOString() },
      },
    ],
  }
}

/** A poller whose rounds are answered by the test, on a clock that the test moves. */
async function setup(
  t: TestContext,
  { remembered, folder }: { remembered?: Remembered; folder?: string } = {},
) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: startMs })
  const directory = folder ?? (await mkdtemp(join(tmpdir(), 'counter-poller-')))
  t.after(() => rm(directory, { recursive: true, force: true }))
  const answers: (() => Promise<Round>)[] = []
  let reads = 0
  const log = recordingLog()
  const poller = new Poller(
    {
      read: () => {
        reads += 1
        return answers.shift()?.() ?? Promise.reject(new Error('no answer prepared'))
      },
      pollMs: 5000,
      store: openStore(directory, 'site', () => log.warn('damaged')),
      now: Date.now,
      random: () => 0.5,
      log,
    },
    remembered,
  )
  t.after(() => poller.stop())
  return { poller, answers, log, directory, reads: () => reads }
}

const value = (poller: Poller) => poller.state.last?.counts[0]?.value

test('a poller reads at the start and then once an interval', async (t) => {
  const { poller, answers, reads } = await setup(t)
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

test('a round that takes long is not joined by a second one', async (t) => {
  const { poller, answers, reads } = await setup(t)
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

test('queries that take 200 ms are run again after 20 s: 1 % of the time', async (t) => {
  const { poller, answers, reads } = await setup(t)
  answers.push(async () => round(1, 200))
  await poller.start()
  assert.equal(poller.state.intervalMs, 20_000)
  t.mock.timers.tick(19_999)
  assert.equal(reads(), 1)
  t.mock.timers.tick(1)
  assert.equal(reads(), 2)
})

test('one slow round among quick ones is not the database, and holds nothing up', async (t) => {
  const { poller, answers } = await setup(t)
  answers.push(
    async () => round(1, 2),
    async () => round(2, 90),
  )
  await poller.start()
  t.mock.timers.tick(5000)
  await until('the second', () => value(poller) === 2)
  await until('the interval', () => poller.state.intervalMs === 5000)
})

test('when the database is away the last reading stays, and the waits grow to five minutes', async (t) => {
  const { poller, answers, log, reads } = await setup(t)
  answers.push(async () => round(1))
  for (let i = 0; i < 12; i += 1) {
    answers.push(() => Promise.reject(new DatabaseError('away', 'gone')))
  }
  await poller.start()
  t.mock.timers.tick(5000)
  const waits: number[] = []
  for (let i = 0; i < 9; i += 1) {
    const before = reads()
    await until('the failure is seen', () => poller.state.failure === 'gone')
    await new Promise((resolve) => setImmediate(resolve))
    let waited = 0
    for (; reads() === before && waited < 400; waited += 5) t.mock.timers.tick(5000)
    waits.push(waited)
  }
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300])
  assert.equal(value(poller), 1)
  assert.equal(log.lines.filter((line) => line.includes('gone')).length, 1)
  answers.unshift(async () => round(3))
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(300_000)
  await until('the new reading', () => value(poller) === 3)
  assert.equal(poller.state.failure, undefined)
  assert.ok(log.lines.includes('info: the database answers again'))
})

test('a first round that is refused ends the start; one that fails otherwise is tried again', async (t) => {
  const refusals = [new DatabaseError('refused', 'wrong password'), new FatalError('no plugin')]
  for (const refusal of refusals) {
    await t.test(refusal.message, async (t) => {
      const { poller, answers } = await setup(t)
      answers.push(() => Promise.reject(refusal))
      await assert.rejects(poller.start(), refusal)
    })
  }
  const { poller, answers } = await setup(t)
  answers.push(() => Promise.reject(new DatabaseError('away', 'connection refused')))
  await poller.start()
  answers.push(async () => round(4))
  t.mock.timers.tick(5000)
  await until('the reading', () => value(poller) === 4)
})

test('the last reading survives a restart, and a refusal then does not end the start', async (t) => {
  const first = await setup(t)
  first.answers.push(async () => round(41))
  await first.poller.start()
  await first.poller.stop()
  t.mock.timers.reset()

  const store = openStore(first.directory, 'site', () => assert.fail('damaged'))
  const remembered = await store.load()
  assert.ok(remembered)
  const second = await setup(t, { remembered, folder: first.directory })
  second.answers.push(() => Promise.reject(new DatabaseError('refused', 'wrong password')))
  await second.poller.start()
  assert.equal(value(second.poller), 41)
})

test('a damaged state file is set aside, with a warning, and not read', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'counter-store-'))
  t.after(() => rm(directory, { recursive: true }))
  for (const content of ['{"site":"blog"', '', 'null', '{"counts":[{"value":-1}]}']) {
    await writeFile(join(directory, 'site.json'), content)
    let damaged = ''
    const store = openStore(directory, 'site', (file) => {
      damaged = file
    })
    assert.equal(await store.load(), undefined)
    assert.equal(damaged, join(directory, 'site.json'))
    assert.deepEqual(await readdir(directory), ['site.json.damaged'])
    assert.equal(await readFile(join(directory, 'site.json.damaged'), 'utf8'), content)
  }
})

test('a state folder that cannot be written to is said, and does not stop the reading', async (t) => {
  const { poller, answers, log, directory } = await setup(t)
  await rm(directory, { recursive: true })
  await writeFile(directory, 'a file where the folder should be')
  answers.push(async () => round(1))
  await poller.start()
  assert.equal(value(poller), 1)
  assert.ok(
    log.lines.some((line) => line.startsWith('warn: the last reading could not be remembered')),
  )
})
