// Pages are those of the Holtek HT16K33 data sheet, rev. 1.10.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Ht16k33 } from '../../../hardware/virtual/ht16k33.ts'
import { connectHost, startBoard } from './host.ts'

const blank = [0, 0, 0, 0]

/** A chip out of standby with its display on, and messages to it, one a transaction. */
function running(options: ConstructorParameters<typeof Ht16k33>[0] = {}) {
  const chip = new Ht16k33(options)
  const send = (...bytes: number[]) => chip.i2c.write(bytes)
  send(0b0010_0001) // system setup: oscillator on (p. 10)
  send(0b1000_0001) // display setup: on, no blinking (p. 11)
  return { chip, send }
}

describe('HT16K33', () => {
  test('is in standby, dark and at full brightness after power-on (p. 8)', () => {
    const chip = new Ht16k33()
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 15, colon: false })
    assert.equal(chip.blinkHz, 0)
  })

  test('takes nothing in standby but the system setup (p. 8)', () => {
    const chip = new Ht16k33()
    chip.i2c.write([0b1000_0001])
    chip.i2c.write([0b1110_0011])
    chip.i2c.write([0x00, 0xff])
    chip.i2c.write([0b0010_0001])
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 15, colon: false })
    assert.deepEqual(chip.violations, [
      '0x81 in standby, where only the system setup is taken (p. 8)',
      '0xe3 in standby, where only the system setup is taken (p. 8)',
      '0x00 in standby, where only the system setup is taken (p. 8)',
    ])
    chip.i2c.write([0b1000_0001])
    chip.i2c.write([0x00, 0b0000_0110])
    assert.deepEqual(chip.display().segments, [0b0011_0000, 0, 0, 0])
  })

  test('shows RAM 0, 2, 6 and 8 from the left, bits 0 to 6 as A to G and 7 as DP', () => {
    const { chip, send } = running()
    send(0x00, 0b0000_0001)
    send(0x02, 0b0100_0010)
    send(0x06, 0b1000_1000)
    send(0x08, 0b0010_0100)
    // DP A B C D E F G
    assert.deepEqual(chip.display().segments, [0b0100_0000, 0b0010_0001, 0b1000_1000, 0b0001_0010])
    assert.deepEqual(chip.violations, [])
  })

  test('shows bit 1 of RAM 4 as the colon, and no other bit anywhere', () => {
    const { chip, send } = running()
    send(0x04, 0b0000_0010)
    assert.deepEqual(chip.display(), { segments: blank, on: true, intensity: 15, colon: true })
    send(0x04, 0b1111_1101)
    for (const address of [1, 3, 5, 7, 9, 10, 11, 12, 13, 14, 15]) send(address, 0xff)
    assert.deepEqual(chip.display(), { segments: blank, on: true, intensity: 15, colon: false })
  })

  test('counts the address up with each byte and goes on at 0 after 0F (p. 28)', () => {
    const { chip, send } = running()
    send(0x06, 0x01, 0xff, 0x02)
    assert.deepEqual(chip.display().segments, [0, 0, 0b0100_0000, 0b0010_0000])
    send(0x0f, 0xff, 0x04, 0xff, 0x08)
    assert.deepEqual(chip.display().segments.slice(0, 2), [0b0001_0000, 0b0000_1000])
  })

  test('is dark with the display off or in standby, and keeps its RAM and registers', () => {
    const { chip, send } = running()
    send(0x00, 0x3f)
    send(0x04, 0x02)
    send(0b1110_0101)
    const before = chip.display()
    for (const [off, on] of [
      [0b1000_0000, 0b1000_0001],
      [0b0010_0000, 0b0010_0001],
    ] as const) {
      send(off)
      assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 5, colon: false })
      send(on)
      assert.deepEqual(chip.display(), before)
    }
  })

  test('takes the low nibble of the dimming command as intensity (p. 15)', () => {
    const { chip, send } = running()
    send(0b1110_0000)
    assert.equal(chip.display().intensity, 0)
    send(0b1110_1001)
    assert.equal(chip.display().intensity, 9)
  })

  test('blinks at 2, 1 or half a hertz (p. 11)', () => {
    const { chip, send } = running()
    const rates = [0b1000_0011, 0b1000_0101, 0b1000_0111, 0b1000_0001].map((setup) => {
      send(setup)
      return chip.blinkHz
    })
    assert.deepEqual(rates, [2, 1, 0.5, 0])
  })

  test('gives its RAM back from the pointer on (p. 29)', () => {
    const { chip, send } = running()
    send(0x0e, 1, 2, 3)
    send(0x0e)
    assert.deepEqual(chip.i2c.read(3), [1, 2, 3])
    assert.deepEqual(chip.i2c.read(1), [0], 'the pointer stands behind them')
    send(0x0f)
    assert.deepEqual(chip.i2c.read(2), [2, 3])
  })

  test('reads as no key pressed and no interrupt (p. 12, 21)', () => {
    const { chip, send } = running({ powerOnRam: 0xff })
    send(0x40)
    assert.deepEqual(chip.i2c.read(6), [0, 0, 0, 0, 0, 0])
    send(0x60)
    assert.deepEqual(chip.i2c.read(1), [0])
    assert.deepEqual(chip.violations, [])
  })

  test('takes the ROW/INT command, which has no use here (p. 10)', () => {
    const { chip, send } = running()
    const before = chip.display()
    send(0b1010_0000)
    assert.deepEqual([chip.display(), chip.violations], [before, []])
  })

  test('ignores what is no command and what follows one, and notes it (p. 28, 30)', () => {
    const { chip, send } = running()
    const before = chip.display()
    send(0xd9)
    send(0xef, 0xe0)
    send()
    assert.deepEqual(chip.display(), before)
    assert.deepEqual(chip.violations, [
      '0xd9 is no command (p. 30)',
      '0xef is not followed by data (p. 28)',
    ])
  })

  test('has forgotten everything after a loss of power', () => {
    const { chip, send } = running({ powerOnRam: 0xff })
    send(0x00, ...Array(16).fill(0))
    send(0b1110_0000)
    chip.power(false)
    send(0b0010_0001)
    send(0b1000_0001)
    assert.deepEqual(chip.i2c.read(2), [], 'nobody answers')
    assert.equal(chip.display().on, false)
    chip.power(true)
    assert.equal(chip.display().on, false)
    send(0b0010_0001)
    send(0b1000_0001)
    const all = [0xff, 0xff, 0xff, 0xff]
    assert.deepEqual(chip.display(), { segments: all, on: true, intensity: 15, colon: true })
    assert.deepEqual(chip.violations, [])
  })

  test('tells once of a message that changed what is visible, and of no other', () => {
    const { chip, send } = running()
    let changes = 0
    const end = chip.onChange(() => changes++)
    send(0x00, 0x3f, 0, 0x06, 0, 0x02)
    assert.equal(changes, 1)
    send(0x00, 0x3f)
    send(0x0a, 0xff)
    send(0x40)
    assert.equal(changes, 1)
    chip.power(false)
    assert.equal(changes, 2)
    end()
    chip.power(true)
    send(0b0010_0001)
    send(0b1000_0001)
    assert.equal(changes, 2)
  })

  test('answers at its own address, and keeps what it shows when the board is reset', async (t) => {
    const chips = [new Ht16k33({ address: 0x77 }), new Ht16k33()]
    const board = await startBoard(t, { chips })
    const host = await connectHost(t, board.port)
    const write = (address: number, ...bytes: number[]) =>
      host.send(0xf0, 0x76, address, 0, ...bytes.flatMap((b) => [b & 0x7f, b >> 7]), 0xf7)
    for (const address of [0x77, 0x70]) {
      write(address, 0x21)
      write(address, 0x81)
      write(address, 0x00, address === 0x77 ? 0x07 : 0x06)
    }
    await host.ask()
    board.reset()
    assert.deepEqual(
      chips.map((chip) => chip.display().segments[0]),
      [0x70, 0x30],
    )
  })

  test('gives back what was written, wherever it began', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    const data = fc.array(byte, { minLength: 1, maxLength: 16 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), data, (address, bytes) => {
        const { chip, send } = running()
        send(address, ...bytes)
        send(address)
        assert.deepEqual(chip.i2c.read(bytes.length), bytes)
      }),
    )
  })

  test('always has four digits and lights none in the dark, whatever is sent', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 20 })), (messages) => {
        const chip = new Ht16k33({ powerOnRam: 0xff })
        for (const message of messages) {
          chip.i2c.write(message)
          const { segments, on, intensity } = chip.display()
          assert.ok(intensity >= 0 && intensity <= 15)
          assert.equal(segments.length, 4)
          if (!on) assert.deepEqual(segments, blank)
        }
      }),
    )
  })
})
