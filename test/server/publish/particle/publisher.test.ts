import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openCloud } from '../../../../common/particle-cloud.ts'
import { CloudDesk, type Fault, startStandInCloud } from '../../../support/particle-cloud.ts'
import {
  startBeforeStandIn,
  startPublisher,
  stepMs,
  total,
} from '../../../support/particle-publisher.ts'

test('a number goes to the desk, and only when it has changed, at most once a minute', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass, publisher } = await startBeforeStandIn(t, cloud)
  assert.ok(await pass(10, () => desk.shown.length > 0))
  for (let visitors = 2; visitors < 30; visitors += 1) {
    truth.visitors = visitors
    await pass(10)
  }
  await pass(60)
  assert.deepEqual(desk.shown, ['1', '7', '13', '19', '25', '29'])
  await pass(14 * 60 - 30)
  assert.equal(desk.shown.length, 6)
  await pass(90)
  assert.deepEqual(desk.shown.slice(6), ['29'], 'refreshed after 15 minutes')
  assert.equal(cloud.operations, 7)
  assert.deepEqual(publisher.health?.(), {
    particle: 'ok',
    particleOperations: 7,
    particleBudget: 100_000,
  })
})

test('each desk has its own reading', async (t) => {
  const [one, other] = [new CloudDesk('desk'), new CloudDesk('shop')]
  const cloud = await startStandInCloud(t, one, other)
  const today = { ...total('shop'), metric: 'visitors', period: 'today' } as const
  const { truth, pass } = await startBeforeStandIn(t, cloud, { desks: [total('desk'), today] })
  truth.visitors = 1234
  truth.today = 5
  await pass(70)
  assert.deepEqual([one.shown.at(-1), other.shown.at(-1)], ['1234', '5'])
})

test('an event goes to all desks at once', async (t) => {
  const desks = ['a', 'b', 'c'].map((name) => new CloudDesk(name))
  const cloud = await startStandInCloud(t, ...desks)
  const { truth, pass, publisher } = await startBeforeStandIn(t, cloud, {
    mode: 'event',
    desks: desks.map(({ name }) => total(name)),
  })
  truth.visitors = 42
  await pass(70)
  assert.deepEqual(new Set(desks.map(({ shown }) => shown.at(-1))), new Set(['42']))
  assert.equal(cloud.operations, publisher.health?.()['particleOperations'])
})

const faults: [fault: Fault, health: string][] = [
  ['html-502', 'degraded'],
  ['empty-401', 'refused'],
  ['limit-429', 'degraded'],
  ['timeout-408', 'degraded'],
  ['hang', 'degraded'],
  ['reset', 'degraded'],
]
const everyFault: Fault[] = [...faults.map(([fault]) => fault), 'lost']
for (const [fault, health] of faults) {
  test(`a cloud with the fault ${fault} is waited for, and told the newest number first`, async (t) => {
    const desk = new CloudDesk('desk')
    const cloud = await startStandInCloud(t, desk)
    const { truth, pass, publisher } = await startBeforeStandIn(t, cloud)
    assert.ok(await pass(10, () => desk.shown.length === 1))
    cloud.fault = fault
    const before = cloud.requests.length
    for (const visitors of [2, 3, 4]) {
      truth.visitors = visitors
      await pass(200)
    }
    assert.deepEqual(desk.shown, ['1'])
    assert.equal(publisher.health?.()['particle'], health)
    const asked = cloud.requests.length - before
    assert.ok(asked > 0 && asked < 30, `${asked} requests in 10 minutes`)
    truth.visitors = 5
    cloud.fault = undefined
    assert.ok(await pass(3700, () => desk.shown.length > 1))
    assert.equal(desk.shown[1], '5')
    await pass(70)
    assert.equal(publisher.health?.()['particle'], 'ok')
  })
}

test('a cloud that cannot be reached costs no operations', async (t) => {
  const cloud = openCloud({ url: new URL('http://127.0.0.1:1'), token: 'x' })
  const { publisher, pass, log } = await startPublisher(t, cloud)
  await pass(300)
  assert.equal(publisher.health?.()['particleOperations'], 0)
  assert.ok(log.lines.some((line) => line.includes('cannot be reached (ECONNREFUSED)')))
})

test('a token that is revoked ends the sending, says so, and is tried once an hour', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass, publisher, log } = await startBeforeStandIn(t, cloud)
  await pass(10, () => desk.shown.length === 1)
  cloud.revoked = true
  truth.visitors = 2
  await pass(120)
  const asked = cloud.requests.length
  await pass(3 * 3600)
  assert.ok(cloud.requests.length - asked <= 3)
  assert.equal(publisher.health?.()['particle'], 'refused')
  const refusals = log.lines.filter((line) => line.includes('refuses the access token'))
  assert.equal(refusals.length, 1)
})

test('a desk that is offline is waited for, and told the newest number when it is back', async (t) => {
  const [desk, other] = [new CloudDesk('desk'), new CloudDesk('shop')]
  const cloud = await startStandInCloud(t, desk, other)
  const desks = [total('desk'), total('shop')]
  const { truth, pass, publisher } = await startBeforeStandIn(t, cloud, { desks })
  await pass(10)
  desk.online = false
  for (const visitors of [2, 3, 4]) {
    truth.visitors = visitors
    await pass(300)
  }
  const calls = cloud.requests.filter((request) => request === 'POST /v1/devices/desk/show')
  assert.ok(calls.length <= 3, `${calls.length} calls`)
  assert.match(String(publisher.health?.()['particleNote']), /desk: offline/)
  assert.equal(other.shown.at(-1), '4')
  desk.connect()
  assert.ok(await pass(90, () => desk.shown.length > 1))
  assert.deepEqual(desk.shown, ['1', '4'])
  desk.connect()
  await pass(90)
  assert.deepEqual(desk.shown, ['1', '4', '4'], 'told anew after it was away for a moment')
  assert.equal(publisher.health?.()['particle'], 'ok')
})

test('a desk that may have got a number, though no answer came, is told the right one', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass, publisher } = await startBeforeStandIn(t, cloud)
  assert.ok(await pass(10, () => desk.shown.length === 1))
  cloud.fault = 'lost'
  truth.visitors = 2
  assert.ok(await pass(120, () => desk.shown.at(-1) === '2'))
  truth.visitors = 1
  cloud.fault = undefined
  assert.ok(await pass(120, () => desk.shown.at(-1) === '1'))
  assert.equal(publisher.health?.()['particleOperations'], cloud.operations)
})

test('a desk that is not ours, or has other firmware, is told apart', async (t) => {
  const desk = new CloudDesk('desk')
  desk.functions = ['led']
  const cloud = await startStandInCloud(t, desk)
  const desks = [total('desk'), total('dsek')]
  const { pass, publisher, log } = await startBeforeStandIn(t, cloud, { desks })
  await pass(600)
  const note = String(publisher.health?.()['particleNote'])
  assert.match(note, /desk: the Particle Cloud says 404: Function show not found/)
  assert.match(note, /dsek: the account has no such device(;|$)/)
  assert.ok(!note.includes('it has'), note)
  assert.ok(log.lines.some((line) => line.endsWith('has no such device; it has desk')))
  assert.equal(cloud.operations, 0)
  assert.ok(cloud.requests.filter((request) => request.startsWith('POST')).length < 6)
  desk.functions = ['show']
  assert.ok(await pass(900, () => desk.shown.length === 1))
})

test('a desk that answers something else is told again', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass, publisher } = await startBeforeStandIn(t, cloud)
  truth.visitors = 1234
  const { show } = desk
  desk.show = () => -1
  await pass(90)
  assert.match(String(publisher.health?.()['particleNote']), /desk: it answers -1 to 1234/)
  desk.show = show
  assert.ok(await pass(900, () => desk.shown.at(-1) === '1234'))
})

test('a number that is too large for the answer is taken as shown', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass, publisher } = await startBeforeStandIn(t, cloud)
  truth.visitors = 9_007_199_254_740_991
  await pass(600)
  assert.deepEqual(desk.shown, ['1', '9007199254740991'])
  assert.equal(publisher.health?.()['particle'], 'ok')
})

test('a reading that there is none of is said, with those there are', async (t) => {
  const desks = [
    { ...total('online'), metric: 'visitors', period: 'online' } as const,
    { ...total('elsewhere'), site: 'example.org' },
    { ...total('Here'), site: 'example.com' },
  ]
  const cloud = await startStandInCloud(t, ...desks.map(({ device }) => new CloudDesk(device)))
  const { publisher, pass } = await startBeforeStandIn(t, cloud, { desks })
  await pass(60)
  const note = String(publisher.health?.()['particleNote'])
  assert.match(note, /online: statify does not count .*; it has visitors\.total, visitors\.today/)
  assert.match(note, /elsewhere: there is no site example\.org; there are example\.com/)
  assert.deepEqual(
    cloud.desks.map(({ shown }) => shown),
    [[], [], ['1']],
  )
})

test('an old number is not sent: that nothing comes is how the desk learns of it', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass } = await startBeforeStandIn(t, cloud)
  await pass(10, () => desk.shown.length === 1)
  truth.answers = false
  truth.visitors = 2
  await pass(1800)
  assert.deepEqual(desk.shown, ['1'])
  truth.answers = true
  await pass(10)
  assert.deepEqual(desk.shown, ['1', '2'])
})

test('a bridge that stands by for another one sends nothing', async (t) => {
  const desk = new CloudDesk('desk')
  const { truth, pass } = await startBeforeStandIn(t, await startStandInCloud(t, desk))
  await pass(70)
  truth.isTheirs = true
  truth.visitors = 2
  await pass(1800)
  assert.deepEqual(desk.shown, ['1'])
  truth.isTheirs = false
  await pass(70)
  assert.deepEqual(desk.shown, ['1', '2'])
})

test('a clock that is set back by a year holds nothing up', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { truth, pass } = await startBeforeStandIn(t, cloud)
  await pass(10, () => desk.shown.length === 1)
  truth.visitors = 2
  const now = Date.now() - 365 * 86_400_000
  t.mock.timers.reset()
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now })
  assert.ok(await pass(70, () => desk.shown.length === 2))
})

test('whatever goes wrong in whatever order, no number falls back, and the newest one comes through', async (t) => {
  const trouble = fc.constantFrom<(Fault | 'none' | 'offline')[]>('none', 'offline', ...everyFault)
  const phases = fc.array(fc.tuple(trouble, fc.integer({ min: 1, max: 40 })), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(phases, async (sequence) => {
      const desk = new CloudDesk('desk')
      const cloud = await startStandInCloud(t, desk)
      const { truth, pass, publisher } = await startBeforeStandIn(t, cloud)
      for (const [what, steps] of sequence) {
        cloud.fault = what === 'none' || what === 'offline' ? undefined : what
        desk.online = what !== 'offline'
        truth.visitors += 1
        await pass((steps * stepMs) / 1000)
      }
      cloud.fault = undefined
      desk.connect()
      truth.visitors += 1
      const newest = String(truth.visitors)
      assert.ok(await pass(3700, () => desk.shown.at(-1) === newest))
      const shown = desk.shown.map(Number)
      assert.deepEqual(
        shown,
        [...shown].sort((a, b) => a - b),
      )
      const counted = Number(publisher.health?.()['particleOperations'])
      assert.ok(counted >= cloud.operations, `${counted} counted of ${cloud.operations}`)
      await publisher.stop()
      t.mock.timers.reset()
    }),
    { numRuns: 8 },
  )
})
