// Actions as in voodoospark firmware/voodoospark.cpp.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { type Chip, Pins } from '../../../hardware/virtual/pins.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { VoodooSpark } from '../../../hardware/virtual/voodoospark.ts'

const D7 = 7
const digitalWrite = (pin: number, value: number) => [0x01, pin, value]
const digitalRead = (pin: number) => [0x03, pin]

describe('VoodooSpark', () => {
  function firmware(chips: Chip[]) {
    const sent: number[] = []
    const counts = { stray: 0, unknown: 0 }
    const violations: string[] = []
    const pins = new Pins([], chips)
    const spark = new VoodooSpark(pins, chips, {
      send: (bytes) => sent.push(...bytes),
      onQuestion() {},
      onStray(bytes) {
        counts.stray += bytes
      },
      onUnknown() {
        counts.unknown++
      },
      onViolation: (what) => violations.push(what),
    })
    spark.restore()
    return { spark, pins, sent, counts, violations }
  }
  const byte = fc.integer({ min: 0, max: 255 })
  const piece = fc.oneof(
    fc.array(byte, { maxLength: 5 }),
    fc.constantFrom(
      [0x30, 0, 0],
      [0x31, 0x70, 6, 0],
      [0x03, 7],
      [0x01, 2, 1],
      [0x32, 0x70, 0, 0, 9, 0],
    ),
    fc.array(fc.integer({ min: 0, max: 0x45 }), { maxLength: 150 }),
  )

  test('survives any stream of bytes in any pieces, and answers in bytes', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { spark, sent } = firmware([new Ht16k33(), new Tm1637({ clock: 2, data: 3 })])
        for (const bytes of pieces) spark.receive(Uint8Array.from(bytes))
        assert.ok(sent.every((value) => Number.isInteger(value) && value >= 0 && value <= 255))
        spark.reset()
        spark.restore()
        spark.receive(Uint8Array.from(digitalRead(D7)))
        assert.deepEqual(sent.slice(-4), [0x03, D7, 0, 0])
      }),
    )
  })

  test('does the same with fixed actions wherever the stream is cut, but for two bytes left lying', () => {
    const action = fc.oneof(
      fc.tuple(fc.constant(0x01), fc.integer({ min: 0, max: 17 }), fc.constantFrom(0, 1)),
      fc.tuple(fc.constant(0x00), fc.integer({ min: 0, max: 17 }), fc.constantFrom(0, 1)),
      fc.tuple(fc.constant(0x03), fc.integer({ min: 0, max: 17 })),
    )
    const padding = [...digitalWrite(8, 0), ...digitalWrite(8, 0)]
    fc.assert(
      fc.property(
        fc.array(action),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        (actions, sizes) => {
          const bytes = [...actions.flat(), ...padding]
          const whole = firmware([])
          whole.spark.receive(Uint8Array.from(bytes))
          const cut = firmware([])
          for (let rest = bytes; rest.length > 0; ) {
            const size = sizes.next().value
            cut.spark.receive(Uint8Array.from(rest.slice(0, size)))
            rest = rest.slice(size)
          }
          assert.deepEqual([cut.sent, cut.pins.levels], [whole.sent, whole.pins.levels])
          assert.deepEqual([cut.counts, cut.violations], [{ stray: 0, unknown: 0 }, []])
        },
      ),
    )
  })
})
