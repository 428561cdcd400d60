import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Leadership } from '../../../server/readings/leadership.ts'
import { Poller } from '../../../server/readings/poller.ts'
import { recordingLog } from '../../support/log.ts'
import { known } from '../../support/publishing.ts'
import { until } from '../../support/until.ts'

const startMs = Date.parse('2026-10-15T12:00:00Z')
const theirs = (total: number, readMs: number, carried = 0): Leadership => {
  const last = known(total, {}, readMs)
  const counts = last.counts.map((each) => ({ ...each, carried }))
  const carry = { 'wp-statistics.visitors': { raw: total - carried, offset: carried } }
  return { leader: 'other', last: { ...last, counts, carry }, failure: undefined }
}

/** A poller whose turns and rounds are those of the test, on a clock that the test moves. */
function setup(t: TestContext, first: Leadership) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: startMs })
  const world = { leadership: first, total: 100, asked: 0, reads: 0 }
  const poller = new Poller(
    {
      name: undefined,
      pollMs: 5000,
      carry: true,
      now: Date.now,
      random: () => 0.5,
      read: async () => {
        world.reads += 1
        return known(world.total, {}, Date.now())
      },
      leadership: async () => {
        world.asked += 1
        return world.leadership
      },
      log: recordingLog(),
      onRound: () => {},
    },
    undefined,
  )
  t.after(() => poller.stop())
  const total = () => poller.state.last?.counts[0]?.value
  return { world, poller, total }
}

test('while it is the turn of another nothing is read, and its numbers are ours', async (t) => {
  const { world, poller, total } = setup(t, theirs(50, startMs))
  await poller.start()
  assert.equal(total(), 50)
  world.leadership = theirs(51, startMs + 5000)
  t.mock.timers.tick(5000)
  await until('the next', () => total() === 51)
  assert.equal(world.reads, 0)
})

test('until it is known whose turn it is, and that ours has brought a number, another may speak for the site', async (t) => {
  const { world, poller } = setup(t, { leader: 'other', last: undefined, failure: undefined })
  assert.equal(poller.state.isTheirs, true)
  await poller.start()
  assert.equal(poller.state.isTheirs, true)
  world.leadership = { leader: 'us' }
  poller.wake()
  await until('us', () => poller.state.isTheirs === false)
})

test('a change of turns is taken up at once', async (t) => {
  const { world, poller, total } = setup(t, theirs(50, startMs))
  await poller.start()
  world.leadership = { leader: 'us' }
  poller.wake()
  await until('our own', () => total() === 100)
  world.leadership = theirs(120, startMs + 1)
  poller.wake()
  poller.wake()
  await until('theirs again', () => total() === 120)
  assert.equal(world.reads, 1)
})

test('who has read later than the other keeps its number until it is old', async (t) => {
  const { world, poller, total } = setup(t, { leader: 'us' })
  await poller.start()
  assert.equal(total(), 100)
  world.leadership = theirs(90, startMs - 1000)
  const round = async () => {
    const { asked } = world
    t.mock.timers.tick(5000)
    await until('a round', () => world.asked > asked)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await round()
  assert.equal(total(), 100)
  await round()
  assert.equal(total(), 90)
})

test('a number of a time when the clock was ahead does not stand against that of the other', async (t) => {
  const dayMs = 86_400_000
  const { world, poller, total } = setup(t, theirs(50, startMs + dayMs))
  await poller.start()
  assert.equal(total(), 50)
  world.leadership = theirs(51, startMs + 1000)
  poller.wake()
  await until('theirs of now', () => total() === 51)
})

test('what another has carried forward is carried on', async (t) => {
  const { world, poller, total } = setup(t, theirs(130, startMs, 30))
  await poller.start()
  world.leadership = { leader: 'us' }
  world.total = 101
  poller.wake()
  // A total that has nothing to do with the days: a rise is taken for what came back.
  await until('our own', () => poller.state.last?.counts[0]?.carried === 29)
  assert.equal(total(), 130)
})

test('another that has read nothing yet takes nothing from us', async (t) => {
  const { world, poller, total } = setup(t, { leader: 'us' })
  await poller.start()
  world.leadership = { leader: 'other', last: undefined, failure: undefined }
  poller.wake()
  await until('a round', () => world.asked === 2)
  assert.equal(total(), 100)
})
