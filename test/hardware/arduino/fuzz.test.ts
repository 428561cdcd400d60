import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changeMessage,
  picturesMessage,
  type SetUp,
  setUpMessage,
} from '../../../device/boards/desk-messages.ts'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { seededDice } from '../../support/seeded.ts'
import { Bench } from '../../support/uno.ts'

const messages = 100_000
/** So many go out at once, and then it must still answer. */
const perBatch = 500

const displayPins = { data: 2, clock: 3, cs: 4 }
/** What the messages may make an output beside the display's. */
const clientPins = [7, 12]
const setUp: SetUp = {
  wires: {
    kind: 'three-wires',
    data: displayPins.data,
    clock: displayPins.clock,
    select: displayPins.cs,
    lowBitFirst: false,
    clockIdlesHigh: false,
  },
  halfBitUs: 0,
  times: { ttlMs: 500, hourMs: 2000, turnMs: 300, oldMs: 0, betweenMs: 0 },
}

test(`${messages} messages of all kinds leave it alive, and no other pin is touched`, () => {
  const dice = seededDice(1)
  const byte = () => dice(256)
  const sevens = (count: number) => Array.from({ length: count }, () => dice(128))
  const some = (count: number) => Array.from({ length: dice(count) }, byte)
  /** Well formed as a whole, with anything in it. */
  const short: (() => number[])[] = [
    () => [0x90 | dice(16), ...sevens(2)],
    () => [0xc0 | dice(48), ...sevens(1)],
    () => [0xf4, clientPins[dice(2)] ?? 7, dice(12)],
    () => [0xf5, ...sevens(2)],
    () => [0xff],
    () => [0xf9],
    // Anything that neither sets a pin mode nor takes the I2C pins.
    () => some(8).filter((value) => value !== 0xf4 && value !== 0x78),
    () => [0xf0, ...sevens(dice(4))],
  ]
  const long: (() => number[])[] = [
    () => [0xf0, 1 + dice(5), ...sevens(dice(40)), 0xf7],
    () => [0xf0, dice(128), ...sevens(dice(12)), 0xf7],
    () => [0xf0, 0x76, dice(128), dice(128), ...sevens(dice(8)), 0xf7],
    () => setUpMessage(dice(128), setUp),
    () =>
      picturesMessage(dice(128), dice(2) ? 'old' : 'fresh', [
        { fresh: [0xc, 0], once: dice(2) === 1 },
        { fresh: [1 + dice(8), byte()], old: [1 + dice(8), byte()] },
      ]) ?? [],
    () =>
      changeMessage(dice(128), 'fresh', [
        { slot: dice(3), oldOnly: dice(2) === 1, bytes: [1 + dice(8), byte()] },
      ]),
    () => changeMessage(dice(128), 'old', [{ slot: dice(64), oldOnly: false, bytes: some(6) }]),
  ]
  const allowed = [...Object.values(displayPins), ...clientPins]
  let touched = 0
  const chip = new Max7219(displayPins)
  const bench = new Bench([
    chip,
    {
      power() {},
      driveChanged(_, { outputs }) {
        touched |= outputs
      },
    },
  ])
  bench.uno.run(20)
  const mayTouch = allowed.reduce((bits, pin) => bits | (1 << pin), 0)
  for (let sent = 0; sent < messages; sent += perBatch) {
    const batch: number[] = []
    for (let i = 0; i < perBatch; i++) {
      const kinds = dice(4) === 0 ? long : short
      const message = kinds[dice(kinds.length)]?.() ?? []
      if (!message.includes(0x78)) batch.push(...message)
    }
    bench.uno.receive(batch)
    while (bench.uno.waiting > 0) bench.uno.run(5)
    // What it has to say to all of that may still be on its way.
    for (let heard = -1; heard !== bench.said.length; bench.uno.run(15)) heard = bench.said.length
    assert.deepEqual(bench.send([0xf7, 0xf9], 20).slice(-3), [0xf9, 2, 5], `after ${sent} messages`)
    assert.equal(touched & ~mayTouch, 0, `pins ${touched.toString(2)}`)
  }
  assert.equal(touched, mayTouch, 'the messages do reach the pins')
  assert.ok(bench.uno.untouchedBytes > 100, `${bench.uno.untouchedBytes} bytes left for the stack`)
})
