import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Face } from '../../../device/face/face.ts'
import { cellsText, type Frame } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { leastDigits, shares } from '../../../device/face/side-by-side.ts'

const startMs = Date.parse('2026-10-15T12:00:00Z')

/** Two counts side by side, on a clock that the test moves, and a third in turn with them if it is wanted. */
function setup(digits: number, { third = false, hasPoints = true, milestones = false } = {}) {
  let passedMs = 0
  const now = () => ({ monotonicMs: 1000 + passedMs, epochMs: startMs + passedMs })
  const face = new Face(
    {
      digits,
      hasPoints,
      points: false,
      statusSign: true,
      legends: third ? ['d', 'A', 'o'] : ['d', 'A'],
      turns: third ? [[0, 1], [2]] : [[0, 1]],
      dwellMs: 8000,
      intervalMs: 5000,
      rollMs: 0,
      milestones: { round: milestones, repdigits: false, list: [] },
      brightness: { level: 3, windows: [], minuteOfDay: () => 0 },
    },
    [],
    now(),
  )
  return {
    wait: (ms: number) => {
      passedMs += ms
    },
    answer: (index: number, value: number, ageSeconds = 0) =>
      face.answer(index, { value, ageSeconds, stale: undefined }, now()),
    frame: (): Frame => face.look(now()).frame,
    text: () => cellsText(face.look(now()).frame.cells),
  }
}

const cases: [digits: number, left: number | undefined, right: number | undefined, text: string][] =
  [
    [8, undefined, undefined, '--- ----'],
    [8, 7, undefined, '  7 ----'],
    [8, undefined, 1234, '--- 1234'],
    [8, 42, 1234, ' 42 1234'],
    [8, 42, 12_345, '42 12345'],
    [8, 7, 12_345, ' 7 12345'],
    [8, 7, 123_456, ' 7 123E3'],
    [8, 1234, 56_789, '1E3 56E3'],
    [8, 12_345, 7, '12345  7'],
    [16, 1234, 12_345_678, '   1234 12345678'],
    [16, 1234, 1_234_567_890, ' 1234 1234567890'],
    [5, 42, 17, '42 17'],
    [5, 420, 17, '-- 17'],
    [7, 42, 123_456, '42 12E4'],
  ]
for (const [digits, left, right, text] of cases) {
  test(`${left ?? 'nothing'} beside ${right ?? 'nothing'} on ${digits} digits is "${text}"`, () => {
    const face = setup(digits)
    if (left !== undefined) face.answer(0, left)
    if (right !== undefined) face.answer(1, right)
    assert.equal(face.text(), text)
    const { cells, secondAt = 0 } = face.frame()
    assert.equal(cells.length, digits)
    assert.equal(cellsText(cells.slice(secondAt, secondAt + 1)), ' ')
  })
}

test('each of two counts is exact, shortened or dashes in its own places, right-aligned', () => {
  const count = fc.oneof(fc.nat(9999), fc.nat(10 ** 12))
  fc.assert(
    fc.property(fc.integer({ min: leastDigits, max: 32 }), count, count, (digits, left, right) => {
      const places = shares(digits, [left, right])
      assert.equal(places[0] + places[1], digits - 1)
      assert.ok(Math.min(...places) >= 2)
      const face = setup(digits)
      face.answer(0, left)
      face.answer(1, right)
      assert.equal(face.text(), `${numberText(left, places[0])} ${numberText(right, places[1])}`)
      // Where both have room, both are exact.
      const needed = String(left).length + String(right).length + 1
      const isRoomy = needed <= digits && Math.min(left, right) >= 10
      if (isRoomy) assert.equal(face.text().replace(/ +/g, ' ').trim(), `${left} ${right}`)
    }),
  )
})

test('each of two counts has its own sign, where there are points and where there are none', () => {
  const face = setup(8)
  face.answer(0, 42)
  face.answer(1, 1234)
  face.wait(11_000)
  face.answer(1, 1235)
  assert.equal(face.text(), ' 42. 1235')
  assert.deepEqual(cellsText(face.frame().number?.old ?? []), ' 42. 1235.')
  const plain = setup(8, { hasPoints: false })
  plain.answer(0, 42)
  plain.answer(1, 1234)
  plain.wait(11_000)
  plain.answer(1, 1235)
  const seen = new Set<string>()
  for (let ms = 0; ms < 5000; ms += 250) {
    plain.answer(1, 1235)
    seen.add(plain.text())
    plain.wait(250)
  }
  assert.deepEqual([...seen].sort(), ['    1235', ' 42 1235'])
})

test('two counts side by side take turns with others, whose letter is then there', () => {
  const face = setup(8, { third: true })
  face.answer(0, 42)
  face.answer(1, 1234)
  face.answer(2, 7)
  assert.equal(face.text(), ' 42 1234')
  face.wait(8000)
  assert.equal(face.text(), 'o      7')
  assert.equal(face.frame().secondAt, undefined)
})

test('a milestone of either of the two is celebrated by the whole display', () => {
  const face = setup(8, { milestones: true })
  face.answer(0, 42)
  face.answer(1, 999)
  face.wait(1000)
  face.answer(1, 1001)
  assert.ok(face.frame().cells.some((cell) => 'chase' in cell))
  face.wait(8000)
  assert.equal(face.text(), ' 42 1001')
})
