// Pages are those of the Titan Micro TM1637 data sheet, V2.4.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Pins } from '../../../hardware/virtual/pins.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { connectHost, startBoard } from './host.ts'
import {
  blank,
  FROM_C0,
  ON_1_16,
  running,
  WRITE_AUTO,
  WRITE_FIXED,
  wires,
  wiring,
} from './tm1637-host.ts'

describe('TM1637', () => {
  test('is dark after power-on', () => {
    assert.deepEqual(new Tm1637(wiring).display(), { segments: blank, on: false, intensity: 0 })
  })

  test('shows C0H leftmost, B0 to B6 as A to G and B7 as DP, in ascending addresses (p. 3, 4)', () => {
    const { chip, send } = running()
    send(WRITE_AUTO)
    send(FROM_C0, '1000 0000', '0100 0010', '0001 0001', '1111 1100')
    // DP A B C D E F G
    assert.deepEqual(chip.display().segments, [0b0100_0000, 0b0010_0001, 0b1000_1000, 0b0111_1110])
    assert.deepEqual(chip.violations, [])
  })

  test('writes one byte to a fixed address, and notes a second (p. 4)', () => {
    const { chip, send } = running()
    send(WRITE_FIXED)
    send('0100 0011', '0110 0000') // C2H
    assert.deepEqual(chip.display().segments, [0, 0, 0b0011_0000, 0])
    assert.deepEqual(chip.violations, [])
    send('0000 0011', '1110 0000', '1111 1111')
    assert.deepEqual(chip.display().segments, [0b0111_0000, 0, 0b0011_0000, 0])
    assert.deepEqual(chip.violations, ['0xff came where the command was complete'])
  })

  test('takes the pulse width as intensity and goes dark with its registers kept (p. 5)', () => {
    const { chip, send } = running()
    send(WRITE_AUTO)
    send(FROM_C0, '1111 1111')
    send('1111 0001') // 0x8F
    assert.deepEqual(chip.display(), { segments: [0xff, 0, 0, 0], on: true, intensity: 7 })
    send('0100 0001') // 0x82
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 2 })
    send('0101 0001') // 0x8A
    assert.deepEqual(chip.display(), { segments: [0xff, 0, 0, 0], on: true, intensity: 2 })
  })

  test('takes a command behind a start only: 8CH behind 40H without a stop is lost', () => {
    const chip = new Tm1637(wiring)
    wires(chip).send(WRITE_AUTO, '0011 0001')
    assert.equal(chip.display().on, false)
    assert.deepEqual(chip.violations, ['0x8c came where the command was complete'])
  })

  test('has no display register behind C5H (p. 3)', () => {
    const { chip, send } = running({ digits: 6 })
    send(WRITE_AUTO)
    send('1010 0011', '1111 1111', '1111 1111') // from C5H
    assert.deepEqual(chip.display().segments, [0, 0, 0, 0, 0, 0xff])
    assert.deepEqual(chip.violations, ['there is no display register 0xc6'])
  })

  test('has no use for test mode, key scan and unknown commands, and notes them (p. 4)', () => {
    const { chip, send } = running()
    const before = chip.display()
    send('0001 0010') // 0x48
    send('0100 0010') // 0x42
    send('1000 0010') // 0x41
    send('0000 0100') // 0x20
    assert.deepEqual(chip.display(), before)
    assert.deepEqual(chip.violations, [
      '0x48 is for internal use',
      '0x42 does not write the display',
      '0x41 does not write the display',
      '0x20 is no command',
    ])
  })

  test('shows the grids in the order in which a module wires them', () => {
    const { chip, send } = running({ digits: 6, gridOrder: [3, 2, 1, 6, 5, 4] })
    send(WRITE_AUTO)
    send(FROM_C0, '1000 0000', '0100 0000', '0010 0000', '0001 0000', '0000 1000', '0000 0100')
    const [a, b, c, d, e, f] = [0x40, 0x20, 0x10, 0x08, 0x04, 0x02]
    assert.deepEqual(chip.display().segments, [c, b, a, f, e, d])
  })

  test('has forgotten everything after a loss of power', () => {
    const { chip, send } = running({ powerOnRam: 0xff })
    send(WRITE_FIXED)
    send(FROM_C0, '0000 0000')
    chip.power(false)
    send('1111 0001')
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 0 })
    chip.power(true)
    send(ON_1_16)
    assert.deepEqual(chip.display(), { segments: Array(4).fill(0xff), on: true, intensity: 0 })
    send(FROM_C0, '0000 0000', '0000 0000')
    assert.deepEqual(chip.display().segments, [0, 0, 0xff, 0xff], 'the address counts up again')
  })

  test('tells of a byte or a loss of power that changed what is visible, and of no other', () => {
    const { chip, send } = running()
    let changes = 0
    const end = chip.onChange(() => changes++)
    send(FROM_C0, '1111 1111', '0000 0000', '1111 1111')
    assert.equal(changes, 2)
    send(FROM_C0, '1111 1111')
    send('0010 0011', '1111 1111') // C4H, which has no digit here
    assert.equal(changes, 2)
    chip.power(false)
    assert.equal(changes, 3)
    end()
    chip.power(true)
    send(ON_1_16)
    assert.equal(changes, 3)
  })

  test('is driven by pin modes alone over StandardFirmata, whose outputs start low', async (t) => {
    const chip = new Tm1637(wiring)
    const board = await startBoard(t, { chips: [chip] })
    const host = await connectHost(t, board.port)
    const low = (pin: number) => host.send(0xf4, pin, 1)
    const high = (pin: number) => host.send(0xf4, pin, 0)
    const clockIn = (bit: string) => {
      ;(bit === '1' ? high : low)(wiring.data)
      high(wiring.clock)
      low(wiring.clock)
    }
    for (const bytes of [[WRITE_AUTO], [FROM_C0, '0110 0000', '1101 1010'], ['1111 0001']]) {
      high(wiring.data)
      high(wiring.clock)
      low(wiring.data)
      low(wiring.clock)
      for (const byte of bytes) for (const bit of `${byte.replace(' ', '')}1`) clockIn(bit)
      low(wiring.data)
      high(wiring.clock)
      high(wiring.data)
    }
    await host.ask()
    assert.deepEqual(chip.display(), { segments: [0x30, 0x6d, 0, 0], on: true, intensity: 7 })
    assert.deepEqual(chip.violations, [])
  })

  test('shows whatever bytes are sent, and nobody breaks a rule', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    const bits = (value: number) => [...value.toString(2).padStart(8, '0')].reverse().join('')
    fc.assert(
      fc.property(fc.array(byte, { minLength: 4, maxLength: 4 }), (values) => {
        const { chip, send } = running()
        send(WRITE_AUTO)
        send(FROM_C0, ...values.map(bits))
        const shown = chip.display().segments.map((segments) => {
          const [point, ...letters] = segments.toString(2).padStart(8, '0')
          return [...letters, point].join('')
        })
        assert.deepEqual([shown, chip.violations], [values.map(bits), []])
      }),
    )
  })

  test('lights nothing in the dark and nothing beyond its digits, whatever the pins do', () => {
    const step = fc.record({
      pin: fc.constantFrom(0, ...Object.values(wiring)),
      mode: fc.constantFrom(0, 1, 3, 11),
      level: fc.constantFrom(0, 1),
      both: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const chip = new Tm1637(wiring, { powerOnRam: 0xff })
        const pins = new Pins([], [chip])
        for (const { pin, mode, level, both } of steps) {
          if (both) pins.write(0b1100, level ? 0b1100 : 0)
          else if (mode === 1) pins.write(1 << pin, level << pin)
          else pins.setMode(pin, mode === 3 ? 1 : mode, level)
          const { segments, on } = chip.display()
          assert.equal(segments.length, 4)
          if (!on) assert.deepEqual(segments, blank)
        }
      }),
    )
  })
})
