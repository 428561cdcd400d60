import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RememberedCounter } from '../../../device/face/counter.ts'
import { Face, type FaceOptions } from '../../../device/face/face.ts'
import { cellsText, sameCell, toCells } from '../../../device/face/frame.ts'
import { statusSign } from '../../../device/face/status.ts'

const minuteOfDay = (epochMs: number) => Math.floor(epochMs / 60_000) % 1440

const plain: FaceOptions = {
  digits: 8,
  hasPoints: true,
  points: false,
  statusSign: true,
  legends: ['-'],
  dwellMs: 8000,
  intervalMs: 5000,
  rollMs: 0,
  milestones: { round: false, repdigits: false, list: [] },
  brightness: { level: 3, windows: [], minuteOfDay },
}

const startMs = Date.parse('2026-10-15T12:00:00Z')

/** A face on a clock that the test moves. */
function setup(
  change: Partial<FaceOptions> = {},
  remembered: (RememberedCounter | undefined)[] = [],
) {
  let passedMs = 0
  const now = () => ({ monotonicMs: 1000 + passedMs, epochMs: startMs + passedMs })
  const face = new Face({ ...plain, ...change }, remembered, now())
  return {
    face,
    now,
    wait: (ms: number) => {
      passedMs += ms
    },
    answer: (value: number, more: { age?: number; stale?: boolean; index?: number } = {}) =>
      face.answer(
        more.index ?? 0,
        { value, ageSeconds: more.age ?? 0, stale: more.stale ?? undefined },
        now(),
      ),
    text: () => {
      const { frame } = face.look(now())
      return frame.on ? cellsText(frame.cells) : 'off'
    },
    frame: () => face.look(now()).frame,
    /** How long nothing changes by itself. */
    restMs: () => face.look(now()).nextMs - now().monotonicMs,
  }
}

test('dashes until the first number, then the number at once', () => {
  const { text, answer } = setup({ rollMs: 5000 })
  assert.equal(text(), '--------')
  answer(1234)
  assert.equal(text(), '    1234')
})

test('the rightmost point is lit when nothing was heard for twice the interval', () => {
  const { text, answer, wait, restMs } = setup()
  answer(1234)
  wait(10_000)
  assert.equal(text(), '    1234')
  assert.ok(restMs() <= 2)
  wait(1)
  assert.equal(text(), '    1234.')
  answer(1234)
  assert.equal(text(), '    1234')
})

test('a number that came with an age is marked when it is too old, not some seconds later', () => {
  const { text, answer, wait, restMs } = setup()
  answer(1234, { age: 8 })
  assert.equal(text(), '    1234')
  assert.ok(restMs() <= 2001, `${restMs()} ms`)
  wait(2001)
  assert.equal(text(), '    1234.')
})

test('the point is lit until the number is an hour old, and blinks from then on', () => {
  const old = (ageMs: number) => statusSign({ ageMs, fresh: false, freshForMs: 0 }, 1000)
  assert.deepEqual([old(3_599_999), old(3_600_000)], [true, false])
})

test('a cell that is not there is like no other', () => {
  const [one] = toCells('1')
  assert.deepEqual([sameCell(undefined, one), sameCell(one, undefined)], [false, false])
  assert.ok(sameCell(undefined, undefined))
})

test('the point blinks once a second when the number is older than an hour', () => {
  const { text, answer, wait } = setup()
  answer(7)
  wait(3_600_000)
  const seen = new Set<string>()
  for (let second = 0; second < 4; second += 1) {
    seen.add(text())
    wait(1000)
  }
  assert.deepEqual([...seen].sort(), ['       7', '       7.'])
})

test("the bridge's word counts where it gives one, the age where it does not", () => {
  const { text, answer } = setup()
  answer(7, { age: 400, stale: false })
  assert.equal(text(), '       7')
  answer(7, { age: 1, stale: true })
  assert.equal(text(), '       7.')
  answer(7, { age: 400 })
  assert.equal(text(), '       7.')
})

test('the sign can be switched off, and thousands points on', () => {
  const { text, answer } = setup({ statusSign: false, points: true })
  answer(1_234_567, { stale: true })
  assert.equal(text(), ' 1.234.567')
})

test('a remembered number is shown after a restart, marked old', () => {
  const { text, answer } = setup({}, [{ value: 99, asOfMs: startMs - 60_000, milestone: 0 }])
  assert.equal(text(), '      99.')
  answer(100)
  assert.equal(text(), '     100')
})

test('a bridge that starts again with an older number does not take the display back', () => {
  const { text, answer, wait } = setup()
  answer(1240)
  wait(4000)
  answer(1234, { age: 60, stale: true })
  assert.equal(text(), '    1240.')
  answer(1238, { age: 5, stale: true })
  assert.equal(text(), '    1238.', 'that is as new as ours: it has really fallen')
  answer(1236)
  assert.equal(text(), '    1236')
})

test('a rise rolls, never beyond the new number; a fall and a rise after a gap snap', () => {
  const { text, answer, wait } = setup({ rollMs: 2000 })
  answer(100)
  wait(5000)
  answer(200)
  const seen: number[] = []
  for (let i = 0; i < 50; i += 1) {
    seen.push(Number(text()))
    wait(50)
  }
  assert.ok(new Set(seen).size > 10)
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  )
  assert.equal(seen.at(-1), 200)
  wait(2500)
  answer(150)
  assert.equal(text(), '     150')
  wait(60_000)
  answer(500)
  assert.equal(text(), '     500')
})

test('several counters take turns, each with its letter; unknown ones are passed over', () => {
  const { text, answer, wait } = setup({ legends: ['A', 'd', 'o'] })
  answer(123_456, { index: 0 })
  answer(17, { index: 1 })
  assert.equal(text(), 'A 123456')
  wait(8000)
  assert.equal(text(), 'd     17')
  wait(8000)
  assert.equal(text(), 'A 123456.')
})

test('dashes do not hold the display while another counter is known', () => {
  const { text, answer } = setup({ legends: ['A', 'd'], statusSign: false })
  assert.equal(text(), '--------')
  answer(17, { index: 1 })
  assert.equal(text(), 'd     17')
  answer(123_456, { index: 0 })
  assert.equal(text(), 'd     17')
})

test('a number that rolls without end does not keep the others from their turn', () => {
  const { text, answer, wait } = setup({ legends: ['A', 'd'], rollMs: 5000, statusSign: false })
  answer(17, { index: 1 })
  answer(1, { index: 0 })
  const seen = new Set<string>()
  for (let second = 1; second < 60; second += 1) {
    answer(second * 100, { index: 0 })
    wait(1000)
    seen.add(text().slice(0, 1))
  }
  assert.deepEqual([...seen].sort(), ['A', 'd'])
})

test('a legend without room beside the number stands alone for a second', () => {
  const { text, answer, wait } = setup({ legends: ['A', 'd'], statusSign: false })
  answer(1_234_567, { index: 0 })
  assert.equal(text(), 'A       ')
  wait(1000)
  assert.equal(text(), ' 1234567')
})

test('of a short dwell the number has half', () => {
  const { text, answer, wait } = setup({ legends: ['A', 'd'], statusSign: false, dwellMs: 800 })
  for (const index of [0, 1]) answer(1_234_567, { index })
  const seen = new Set<string>()
  for (let elapsedMs = 0; elapsedMs < 3200; elapsedMs += 100) {
    seen.add(text())
    wait(100)
  }
  assert.deepEqual([...seen], ['A       ', ' 1234567', 'd       '])
})

test('who asks for the next counter in the midst of a celebration has it at once', () => {
  const milestones = { round: true, repdigits: false, list: [] }
  const { face, answer, wait, text, now } = setup({ legends: ['a', 'b'], milestones })
  answer(3, { index: 1 })
  answer(999, { index: 0 })
  answer(1000, { index: 0 })
  wait(1000)
  assert.doesNotMatch(text(), /\d/)
  face.next(now())
  assert.equal(text(), 'b      3')
  wait(1000)
  assert.equal(text(), 'b      3')
})

test('a milestone is celebrated once ever, also when a poll jumps over it, not at the first reading', () => {
  const round = { milestones: { round: true, repdigits: false, list: [] } }
  const { text, answer, wait, face } = setup(round)
  answer(1500)
  assert.equal(text(), '    1500')
  wait(5000)
  answer(2003)
  const celebrating = text()
  assert.notEqual(celebrating.trim(), '2003')
  wait(7400)
  assert.equal(text(), '    2003')
  answer(1999)
  answer(2001)
  assert.equal(text(), '    2001')

  const remembered = face.remembered({ monotonicMs: 9_000_000, epochMs: startMs })
  const again = setup(round, remembered)
  again.answer(1990)
  again.answer(2005)
  assert.equal(again.text(), '    2005')
})

test('after the celebration stands the exact number, however slowly it rolls otherwise', () => {
  const { text, answer, wait } = setup({
    rollMs: 60_000,
    intervalMs: 60_000,
    milestones: { round: true, repdigits: false, list: [] },
  })
  answer(900)
  wait(60_000)
  answer(1003)
  wait(7400)
  assert.equal(text(), '    1003')
})

test('at night a milestone is passed in silence, and not celebrated later', () => {
  const { text, answer, wait } = setup({
    milestones: { round: true, repdigits: false, list: [] },
    brightness: {
      level: 3,
      minuteOfDay,
      windows: [{ from: 12 * 60, to: 12 * 60 + 1, level: 1 }],
    },
  })
  answer(990)
  wait(5000)
  answer(1001)
  assert.equal(text(), '    1001')
  wait(120_000)
  answer(1002)
  assert.equal(text(), '    1002')
})

test('brightness follows the schedule with a fade, and off is dark', () => {
  const { frame, answer, wait, text } = setup({
    brightness: {
      level: 4,
      minuteOfDay,
      windows: [{ from: 12 * 60 + 1, to: 12 * 60 + 2, level: 'off' }],
    },
  })
  answer(5)
  assert.equal(frame().intensity, 4)
  wait(60_000)
  frame()
  wait(1500)
  assert.ok([1, 2].includes(frame().intensity), `${frame().intensity}`)
  wait(1500)
  assert.equal(text(), 'off')
  wait(57_000)
  frame()
  wait(3000)
  assert.deepEqual([frame().on, frame().intensity], [true, 4])
})

test('looking again when told is enough: nothing changes in between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: 30_000 }), fc.nat({ max: 3000 })), { maxLength: 8 }),
      (answers) => {
        const desk = setup({
          rollMs: 3000,
          milestones: { round: true, repdigits: false, list: [] },
        })
        for (const [waitMs, value] of answers) {
          let left = waitMs
          while (left > 0) {
            const before = desk.text()
            const rest = Math.min(left, desk.restMs())
            if (rest > 1) {
              desk.wait(rest - 1)
              assert.equal(desk.text(), before)
              desk.wait(1)
            } else {
              desk.wait(rest)
            }
            left -= rest
          }
          desk.answer(value)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('a counter that rolls beyond its dwell is looked at as often as it changes, not all the time', () => {
  const { wait, answer, restMs, text } = setup({
    legends: ['A', 'd'],
    dwellMs: 8000,
    rollMs: 30_000,
    intervalMs: 30_000,
  })
  answer(100, { index: 0 })
  answer(5, { index: 1 })
  wait(1000)
  answer(100_000, { index: 0 })
  let looks = 0
  for (let passed = 0; passed < 15_000; looks += 1) {
    text()
    const rest = restMs()
    passed += rest
    wait(rest)
  }
  assert.ok(looks <= 15 * 21, `${looks} looks in 15 s`)
})

test('readings are compared by the clock of the bridge: that of a desk may start in the past', () => {
  const bridgeMs = startMs + 10 * 365 * 86_400_000
  const remembered = { value: 1240, asOfMs: bridgeMs, sentAsOfMs: bridgeMs, milestone: 0 }
  const { face, text } = setup({}, [remembered])
  const now = { monotonicMs: 1000, epochMs: startMs }
  const say = (value: number, asOfMs: number) =>
    face.answer(0, { value, ageSeconds: 60, stale: true, asOfMs }, now)
  say(1234, bridgeMs - 1000)
  assert.equal(text(), '    1240.')
  say(1238, bridgeMs + 1000)
  assert.equal(text(), '    1238.', 'it has really fallen')
})

test('a display without points shows no thousands, whole exponents, and an old number by going dark', () => {
  const { text, answer, wait } = setup({ digits: 4, hasPoints: false, points: true })
  answer(1234)
  assert.equal(text(), '1234')
  answer(1_234_567)
  assert.equal(text(), ' 1E6')
  const seen = (ms: number) => {
    const texts: string[] = []
    for (let passed = 0; passed < ms; passed += 250) {
      texts.push(text())
      wait(250)
    }
    return texts.filter((each) => each.trim() === '').length / texts.length
  }
  assert.equal(seen(8000), 0)
  wait(10_000)
  assert.equal(seen(8000), 1 / 8)
  wait(3_600_000)
  assert.equal(seen(8000), 1 / 2)
})

test('a milestone of a counter that is not shown now takes its turn at once, and keeps it', () => {
  const { text, answer, wait } = setup({
    legends: ['A', 'd'],
    statusSign: false,
    milestones: { round: true, repdigits: false, list: [] },
  })
  answer(1, { index: 0 })
  answer(98, { index: 1 })
  wait(1000)
  assert.equal(text(), 'A      1')
  answer(101, { index: 1 })
  const seen = new Set<string>()
  for (let passed = 0; passed < 7400; passed += 100) {
    seen.add(text())
    wait(100)
  }
  assert.ok(![...seen].some((each) => each.startsWith('A')), [...seen].join('|'))
  assert.ok(seen.has('d    101'), [...seen].join('|'))
  assert.equal(text(), 'd    101')
})

test('a counter that has just become known is shown for a whole dwell', () => {
  const { text, answer, wait } = setup({ legends: ['A', 'd'], statusSign: false })
  wait(7000)
  assert.equal(text(), '--------')
  answer(17, { index: 1 })
  assert.equal(text(), 'd     17')
  answer(5, { index: 0 })
  wait(7999)
  assert.equal(text(), 'd     17')
  wait(1)
  assert.equal(text(), 'A      5')
})

test('the next of several counters is shown when it is asked for, for its whole dwell', () => {
  const { face, answer, wait, text, now } = setup({ legends: ['a', 'b', 'c'] })
  answer(1, { index: 0 })
  answer(3, { index: 2 })
  assert.equal(text(), 'a      1')
  wait(7000)
  face.next(now())
  assert.equal(text(), 'c      3', 'b has no number yet')
  wait(7000)
  answer(3, { index: 2 })
  assert.equal(text(), 'c      3')
  face.next(now())
  assert.equal(text().slice(0, 8), 'a      1')
})
