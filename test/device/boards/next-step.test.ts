import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  confirmed,
  connected,
  heartbeatMs,
  type LinkState,
  looksTheSame,
  mostResets,
  nextStep,
  refreshMs,
  resetUnderWay,
  restarted,
  type Step,
  sending,
  stopping,
} from '../../../device/boards/next-step.ts'
import { type Frame, toCells } from '../../../device/face/frame.ts'

const frameOf = (text: string): Frame => ({ cells: toCells(text), intensity: 3, on: true })

/** A board with a display, as it is, beside what the link believes. */
class Model {
  nowMs = 0
  state: LinkState = connected(0, undefined)
  wanted: Frame | undefined
  /** What the display shows; undefined where it has forgotten. */
  shown: Frame | undefined
  underWay: Step | undefined
  listens = true
  heardAt = 0
  wroteAllAt = 0

  /** Takes all steps that are due. */
  run(): void {
    for (let steps = 0; ; steps += 1) {
      assert.ok(steps < 10, 'it goes round and round')
      const step = nextStep(this.state, this.nowMs)
      if (step.do === 'wait' || step.do === 'done' || step.do === 'give up') return
      assert.equal(this.underWay, undefined, 'two are under way')
      const isSame = step.do === 'send' && step.how === 'change' && step.frame === this.shown
      if (isSame) this.state = looksTheSame(this.state, step.frame)
      else {
        this.state = sending(this.state, step)
        this.underWay = step
        // A board that has been reset refuses at once.
        if (!this.listens) this.refuse()
      }
    }
  }

  answer(): void {
    const step = this.underWay
    if (step === undefined || !this.listens) return
    this.underWay = undefined
    if (step.do === 'send') {
      assert.ok(this.shown !== undefined || step.how === 'initialize', 'it had forgotten all')
      this.shown = step.frame
      if (step.how !== 'change') this.wroteAllAt = this.nowMs
    }
    this.heardAt = this.nowMs
    this.state = confirmed(this.state, step, this.nowMs)
  }

  refuse(): void {
    this.underWay = undefined
    this.state = resetUnderWay(this.state)
  }

  reset(): void {
    this.listens = false
    this.shown = undefined
    if (this.underWay !== undefined) this.refuse()
  }

  restart(): void {
    if (this.listens) return
    this.listens = true
    this.heardAt = this.nowMs
    this.state = restarted(this.state, this.nowMs)
  }

  show(frame: Frame): void {
    this.wanted = frame
    this.state = { ...this.state, wanted: frame }
  }

  /** Until the display is as it should be, however the events have been before. */
  settle(): void {
    this.restart()
    for (let round = 0; round < 5; round += 1) {
      this.run()
      this.answer()
    }
  }
}

type Command = { readonly name: string; run(model: Model): void }
const command = (name: string, run: (model: Model) => void): Command => ({ name, run })
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.nat(9).map((n) => command(`show ${n}`, (model) => model.show(frameOf(`${n}`)))),
  fc
    .integer({ min: 1, max: 12_000 })
    .map((ms) => command(`pass ${ms}`, (model) => (model.nowMs += ms))),
  fc.constant(command('answer', (model) => model.answer())),
  fc.constant(command('reset', (model) => model.reset())),
  fc.constant(command('restart', (model) => model.restart())),
)

test('whatever happens to a board, one step is under way at a time and the newest frame is shown', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), (events) => {
      const model = new Model()
      for (const event of events) {
        event.run(model)
        model.run()
        if (model.state.board !== 'listens' || !model.listens) continue
        const step = nextStep(model.state, model.nowMs)
        if (step.do === 'give up') return
        // Nothing is due: then it is as it should be, and has been asked of late.
        assert.equal(step.do, 'wait')
        assert.equal(model.shown, model.wanted)
        assert.ok(model.nowMs - model.heardAt < heartbeatMs)
        if (model.shown !== undefined) assert.ok(model.nowMs - model.wroteAllAt < refreshMs)
      }
      model.settle()
      if (nextStep(model.state, model.nowMs).do !== 'give up') {
        assert.equal(model.shown, model.wanted)
      }
      const farewell = frameOf('-')
      model.wanted = farewell
      model.state = stopping(model.state, farewell)
      model.settle()
      if (nextStep(model.state, model.nowMs).do === 'give up') return
      assert.equal(model.shown, farewell)
      assert.deepEqual(nextStep(model.state, model.nowMs), { do: 'done' })
    }),
    { numRuns: 1000 },
  )
})

test('a display that is to be left as it is gets nothing more', () => {
  const model = new Model()
  model.show(frameOf('1'))
  model.settle()
  model.show(frameOf('2'))
  model.state = stopping(model.state, undefined)
  model.run()
  assert.deepEqual(nextStep(model.state, model.nowMs), { do: 'done' })
})

test('a board is given up when it restarts more often than a board does', () => {
  const model = new Model()
  model.show(frameOf('1'))
  for (let count = 0; count <= mostResets.count; count += 1) {
    model.settle()
    assert.notEqual(nextStep(model.state, model.nowMs).do, 'give up', `${count} resets`)
    model.reset()
    model.restart()
    model.nowMs += 100
  }
  assert.deepEqual(nextStep(model.state, model.nowMs), { do: 'give up' })
})

test('all is written anew 10 s after it was begun, however long it took, and not more than half the time', () => {
  const state = connected(0, frameOf('1'))
  const step = nextStep(state, 0)
  for (const [tookMs, at] of [
    [0, 10_000],
    [900, 10_000],
    [3700, 10_000],
    [8000, 13_000],
  ] as const) {
    assert.equal(confirmed(sending(state, step), step, tookMs, tookMs).refreshAt, at, `${tookMs}`)
  }
})
