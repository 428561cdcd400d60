import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { LeaderElection } from '../../../common/mqtt/leader-election.ts'

type Leaf = 'status' | 'claim' | 'hello'

/** A broker that brings every message to everybody, in order, after a while. */
class Bus {
  readonly retained: Map<Leaf, string> = new Map()
  readonly members: Set<Member> = new Set()
  isUp = true

  publish(leaf: Leaf, payload: string): void {
    if (leaf !== 'hello') this.retained.set(leaf, payload)
    for (const member of this.members) member.deliver(leaf, payload)
  }
}

/** A process with its connection. */
class Member {
  readonly election: LeaderElection
  readonly #bus: Bus
  readonly #delayMs: number
  #session = 0
  #isConnected = false
  #hasWill = false
  #isAlive = true
  isReachable = true

  constructor(bus: Bus, id: string, delayMs: number, random: () => number) {
    this.#bus = bus
    this.#delayMs = delayMs
    const say = (leaf: Leaf) => (payload: string) => {
      if (this.#isConnected) bus.publish(leaf, payload)
    }
    this.election = new LeaderElection({
      id,
      random,
      publishClaim: say('claim'),
      hello: say('hello'),
      resign: () => say('status')('offline'),
      reconnect: () => {
        this.#leave()
        this.#later(() => this.connect())
      },
      onChange: () => this.#greet(),
      onTold: () => this.#greet(),
    })
  }

  get isReader(): boolean {
    return this.#isAlive && this.election.mayPublish && this.#isConnected
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  connect(): void {
    if (!this.#isAlive || this.#isConnected) return
    if (!this.#bus.isUp || !this.isReachable) {
      this.election.down()
      setTimeout(() => this.connect(), 1000)
      return
    }
    this.#isConnected = true
    this.#hasWill = this.election.wantsWill
    this.#session += 1
    this.#bus.members.add(this)
    this.#later(() => this.election.connected(this.#hasWill))
    for (const [leaf, payload] of this.#bus.retained) this.deliver(leaf, payload)
    this.#later(() => this.election.up())
  }

  deliver(leaf: Leaf, payload: string): void {
    this.#later(() => {
      if (leaf === 'hello') this.election.hearHello(payload)
      if (leaf === 'claim') this.election.hearClaim(payload)
      if (leaf === 'status') this.election.hearStatus(payload)
      this.#greet()
    })
  }

  /** The connection breaks: the broker publishes the will. */
  cut(): void {
    if (!this.#isConnected) return
    this.#leave()
    if (this.#hasWill) this.#bus.publish('status', 'offline')
    if (!this.#isAlive) return
    this.election.down()
    setTimeout(() => this.connect(), 500)
  }

  kill(): void {
    this.#isAlive = false
    this.election.stop()
    this.cut()
  }

  /** As the publisher does: a reader says so whenever the topic says otherwise. */
  #greet(): void {
    if (this.isReader && this.#bus.retained.get('status') !== 'online') {
      this.#bus.publish('status', 'online')
    }
  }

  #leave(): void {
    this.#session += 1
    this.#isConnected = false
    this.#bus.members.delete(this)
  }

  #later(work: () => void): void {
    const session = this.#session
    setTimeout(() => {
      if (session === this.#session && this.#isAlive) work()
    }, this.#delayMs)
  }
}

/** Some processes at a broker, on a clock that the test moves. */
function setup(t: TestContext, random: () => number = () => 0.5) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const bus = new Bus()
  const members: Member[] = []
  let overlapMs = 0
  const stepMs = 50
  return {
    bus,
    members,
    add(id: string, delayMs = 20) {
      const member = new Member(bus, id, delayMs, random)
      members.push(member)
      member.connect()
      return member
    },
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        t.mock.timers.tick(stepMs)
        if (members.filter(({ isReader }) => isReader).length > 1) overlapMs += stepMs
      }
    },
    readers: () => members.filter(({ isReader }) => isReader),
    roles: () => members.filter(({ isAlive }) => isAlive).map(({ election }) => election.role),
    overlapMs: () => overlapMs,
  }
}

test('one that is alone reads', (t) => {
  const { add, pass, bus, roles } = setup(t)
  add('a')
  pass(1000)
  assert.deepEqual(roles(), ['reader'])
  assert.equal(bus.retained.get('status'), 'online')
})

test('a second one stands by, also with a higher id, and takes over when the first is gone', (t) => {
  const { add, pass, roles } = setup(t)
  const first = add('a')
  pass(2000)
  add('b')
  pass(60_000)
  assert.deepEqual(roles(), ['reader', 'standby'])
  first.kill()
  pass(1000)
  assert.deepEqual(roles(), ['standby'])
  pass(4000)
  assert.deepEqual(roles(), ['reader'])
})

test('a reader that blinks keeps its seat', (t) => {
  const { add, pass, roles } = setup(t)
  const first = add('a')
  pass(2000)
  add('b')
  pass(2000)
  first.cut()
  pass(10_000)
  assert.deepEqual(roles(), ['reader', 'standby'])
})

test('without a broker each reads for itself, and stands down when it is back', (t) => {
  const { add, pass, bus, members, roles } = setup(t)
  add('a')
  pass(2000)
  add('b')
  pass(2000)
  bus.isUp = false
  for (const member of members) member.cut()
  pass(5000)
  assert.deepEqual(roles(), ['reader', 'standby'])
  pass(5000)
  assert.deepEqual(roles(), ['alone', 'alone'])
  bus.retained.clear()
  bus.isUp = true
  pass(20_000)
  assert.deepEqual(roles().sort(), ['reader', 'standby'])
})

test('a broker that does not pass on what we say is as good as away', (t) => {
  const { add, pass, bus, roles } = setup(t)
  bus.publish = () => {}
  add('a')
  pass(10_000)
  assert.deepEqual(roles(), ['alone'])
})

test('a broker that passes a word on but keeps no claim is as good as away, until it keeps one', (t) => {
  const { add, pass, bus, roles } = setup(t)
  const { publish } = bus
  bus.publish = (leaf, payload) => {
    if (leaf === 'hello') publish.call(bus, leaf, payload)
  }
  const first = add('a')
  add('b')
  pass(10_000)
  assert.deepEqual(roles(), ['alone', 'alone'])
  for (let times = 0; times < 20; times += 1) {
    pass(3000)
    if (times === 9) first.cut()
    assert.deepEqual(roles(), ['alone', 'alone'])
  }
  bus.publish = publish
  pass(40_000)
  assert.deepEqual(roles().sort(), ['reader', 'standby'])
})

test('a reader whose broker has lost its claim and takes no other goes on for itself', (t) => {
  const { add, pass, bus, roles } = setup(t)
  const first = add('a')
  pass(2000)
  assert.deepEqual(roles(), ['reader'])
  const { publish } = bus
  bus.retained.clear()
  bus.publish = (leaf, payload) => {
    if (leaf === 'hello') publish.call(bus, leaf, payload)
  }
  first.cut()
  pass(12_000)
  assert.deepEqual(roles(), ['alone'])
  bus.publish = publish
  pass(40_000)
  assert.deepEqual(roles(), ['reader'])
})

test('a reader that stands down for one who dies before it reads leaves no seat that looks taken', (t) => {
  const { add, pass, bus, roles } = setup(t)
  for (const id of ['c', 'a', 'b']) add(id)
  // So far from the broker that it claims before it hears that somebody reads.
  const far = add('d', 201)
  pass(651)
  far.kill()
  pass(10_000)
  assert.deepEqual(roles().sort(), ['reader', 'standby', 'standby'])
  assert.equal(bus.retained.get('status'), 'online')
})

test('a claim that is none is not listened to', (t) => {
  const { add, pass, bus, roles } = setup(t)
  add('a')
  pass(2000)
  for (const nonsense of ['', 'b', '{}', '{"term":-1,"id":"b"}', '{"term":1e99,"id":"b"}']) {
    bus.publish('claim', nonsense)
    pass(2000)
    assert.deepEqual(roles(), ['reader'])
  }
})

const action = fc.oneof(
  fc.record({ what: fc.constantFrom('kill', 'cut', 'hide', 'show'), who: fc.nat(3) }),
  fc.record({ what: fc.constantFrom('add'), who: fc.nat(200) }),
  fc.record({ what: fc.constantFrom('stop', 'start', 'forget'), who: fc.constant(0) }),
)
const life = fc.array(fc.tuple(action, fc.nat(12_000)), { maxLength: 12 })

test('whatever happens, in the end exactly one reads and the others stand by', (t) => {
  fc.assert(
    fc.property(
      life,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (story, dice) => {
        const { add, pass, bus, members, roles, overlapMs } = setup(t, () => dice.next().value ?? 0)
        try {
          for (const id of ['c', 'a', 'b']) add(id)
          for (const [{ what, who }, ms] of story) {
            const member = members[who]
            if (what === 'kill') member?.kill()
            if (what === 'cut') member?.cut()
            if (what === 'hide' && member) member.isReachable = false
            if (what === 'hide') member?.cut()
            if (what === 'show' && member) member.isReachable = true
            if (what === 'add') add(`d${members.length}`, 1 + who)
            if (what === 'stop') bus.isUp = false
            if (what === 'stop') for (const each of members) each.cut()
            if (what === 'start') bus.isUp = true
            if (what === 'forget') bus.retained.clear()
            pass(ms)
          }
          bus.isUp = true
          for (const member of members) member.isReachable = true
          add('z')
          pass(60_000)
          const [readers, others] = [
            roles().filter((r) => r === 'reader'),
            roles().filter((r) => r !== 'reader'),
          ]
          assert.equal(readers.length, 1, roles().join())
          assert.ok(
            others.every((role) => role === 'standby'),
            roles().join(),
          )
          assert.equal(bus.retained.get('status'), 'online')
          assert.ok(overlapMs() <= 500, `two at a time for ${overlapMs()} ms`)
        } finally {
          t.mock.timers.reset()
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('a broker that loses just one claim is sent another two seconds later', (t) => {
  const { add, pass, bus, roles } = setup(t)
  const { publish } = bus
  let lost = 0
  bus.publish = (leaf, payload) => {
    if (leaf === 'claim' && lost === 0) lost += 1
    else publish.call(bus, leaf, payload)
  }
  add('a')
  pass(2000)
  assert.deepEqual([lost, roles()], [1, ['undecided']])
  pass(3000)
  assert.deepEqual(roles(), ['reader'])
})
