// Rules are those of the Titan Micro TM1638 data sheet, V1.3.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Levels } from '../../../hardware/virtual/pins.ts'
import { Tm1638 } from '../../../hardware/virtual/tm1638.ts'

const wiring = { data: 2, clock: 3, cs: 4 }
const blank = Array<number>(8).fill(0)

/** Wires to the chip: sets any of them in one instant. */
function wires(chip: Tm1638) {
  let levels: Levels = (1 << wiring.cs) | (1 << wiring.clock)
  const set = (change: Partial<typeof wiring>) => {
    const before = levels
    for (const [name, level] of Object.entries(change)) {
      const bit = 1 << wiring[name as keyof typeof wiring]
      levels = level ? levels | bit : levels & ~bit
    }
    chip.pinsChanged(before, levels)
  }
  /** Clocks in bits as the data sheet draws them, B0 first. */
  const shift = (bits: string) => {
    for (const bit of bits.replaceAll(' ', '')) {
      set({ clock: 0, data: Number(bit) })
      set({ clock: 1 })
    }
  }
  const send = (...bytes: string[]) => {
    set({ cs: 0 })
    for (const byte of bytes) shift(byte)
    set({ cs: 1 })
  }
  return { set, shift, send }
}

const WRITE_AUTO = '0000 0010' // 0x40
const WRITE_FIXED = '0010 0010' // 0x44
const FROM_C0 = '0000 0011'
const ON_1_16 = '0001 0001' // 0x88

/** A chip that is lit. */
function running() {
  const chip = new Tm1638(wiring)
  const host = wires(chip)
  host.send(ON_1_16)
  return { chip, ...host }
}

describe('TM1638', () => {
  test('is dark after power-on', () => {
    const chip = new Tm1638(wiring, { powerOnRam: 0xff })
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 0 })
    assert.ok(chip.leds.every((lit) => !lit))
  })

  test('shows SEG1 to SEG8 of each GRID as A to DP, and SEG9 and SEG10 as a LED', () => {
    const { chip, send } = running()
    send(WRITE_AUTO)
    send(FROM_C0, '1000 0000', '1000 0000', '0100 0010', '0000 0000', '0001 0001', '0100 0000')
    // DP A B C D E F G
    assert.deepEqual(chip.display().segments.slice(0, 3), [0b0100_0000, 0b0010_0001, 0b1000_1000])
    assert.deepEqual(chip.leds.slice(0, 4), [true, false, true, false])
    assert.deepEqual(chip.violations, [])
  })

  test('writes one byte to a fixed address, and notes a second', () => {
    const { chip, send } = running()
    send(WRITE_FIXED)
    send('0010 0011', '0110 0000') // C4H, the third digit
    assert.deepEqual(chip.display().segments, blank.with(2, 0b0011_0000))
    send('0000 0011', '1110 0000', '1111 1111')
    assert.deepEqual(chip.violations, ['0xff came where the command was complete'])
  })

  test('takes the pulse width as intensity and goes dark with its registers kept', () => {
    const { chip, send } = running()
    send(WRITE_AUTO)
    send(FROM_C0, '1111 1111')
    send('1111 0001') // 0x8F
    assert.deepEqual(chip.display(), { segments: blank.with(0, 0xff), on: true, intensity: 7 })
    send('0100 0001') // 0x82
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 2 })
    send('0101 0001') // 0x8A
    assert.deepEqual(chip.display(), { segments: blank.with(0, 0xff), on: true, intensity: 2 })
  })

  test('ignores the clock while STB is high', () => {
    const { chip, shift } = running()
    shift('0100 0001')
    assert.equal(chip.display().on, true)
    assert.deepEqual(chip.violations, [])
  })

  test('begins anew when STB moves, and notes the byte that was cut short', () => {
    const { chip, set, shift, send } = running()
    set({ cs: 0 })
    shift('000')
    set({ cs: 1 })
    send(ON_1_16)
    assert.equal(chip.display().on, true)
    assert.deepEqual(chip.violations, ['STB moved after 3 bits of a byte'])
  })

  test('notes DIO or STB that moves as the clock rises', () => {
    const { chip, set } = running()
    set({ cs: 0 })
    set({ clock: 0, data: 0 })
    set({ clock: 1, data: 1 })
    set({ clock: 0 })
    set({ clock: 1, cs: 1 })
    assert.deepEqual(chip.violations, [
      'DIO changed in the same instant as CLK rose (setup, 100 ns)',
      'STB moved in the same instant as CLK rose (CLK to STB, 1 us)',
      'STB moved after 1 bits of a byte',
    ])
  })

  test('has no display register from 10H on, no use for test mode or unknown commands', () => {
    const { chip, send } = running()
    const before = chip.display()
    send('0000 1011', '1111 1111') // D0H
    send('0001 0010') // 0x48
    send('0000 0100') // 0x20
    assert.deepEqual(chip.display(), before)
    assert.deepEqual(chip.violations, [
      'there is no display register 0xd0',
      '0x48 is for internal use',
      '0x20 is no command',
    ])
  })

  test('gives its keys bit by bit once it is asked, and says nothing of what is written meanwhile', () => {
    const { chip, set, shift, send } = running()
    const read = () => {
      set({ cs: 0 })
      shift('0100 0010') // 0x42
      const bits = Array.from({ length: 32 }, () => {
        set({ clock: 0 })
        const bit = chip.pulls() === 0 ? '1' : '0'
        set({ clock: 1 })
        return bit
      })
      set({ cs: 1 })
      assert.equal(chip.pulls(), 0)
      return bits.join('')
    }
    assert.equal(read(), '0'.repeat(32))
    chip.hold(1, 7)
    assert.equal(read(), '10000000 00000000 00001000 00000000'.replaceAll(' ', ''))
    assert.deepEqual(chip.violations, [])
    send(FROM_C0, '1000 0000')
    assert.deepEqual(chip.violations, ['data came while the keys were read'])
  })

  test('survives any wires', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0x1f }), { maxLength: 300 }), (all) => {
        const chip = new Tm1638(wiring)
        let before = 0
        for (const levels of all) {
          chip.pinsChanged(before, levels)
          before = levels
        }
        assert.equal(chip.display().segments.length, 8)
      }),
    )
  })
})
