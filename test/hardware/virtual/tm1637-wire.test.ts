// Pages are those of the Titan Micro TM1637 data sheet, V2.4.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { blank, FROM_C0, ON_1_16, type Pin, running, wires, wiring } from './tm1637-host.ts'

describe('the wire of a TM1637', () => {
  test('pulls DIO low from the 8th falling edge of CLK to the 9th (p. 3)', () => {
    const { chip, set, start, clockIn } = running()
    start()
    clockIn('0000 001')
    set({ data: 0 })
    set({ clock: 'released' })
    assert.equal(chip.acknowledges, false)
    set({ clock: 0 })
    assert.equal(chip.acknowledges, true)
    set({ data: 'released' })
    set({ clock: 'released' })
    assert.equal(chip.acknowledges, true)
    set({ clock: 0 })
    assert.equal(chip.acknowledges, false)
    assert.deepEqual(chip.violations, [])
  })

  describe('while it acknowledges', () => {
    /** Up to the 8th clock of the byte for C0H, which is still high and carries a 0 or a 1. */
    function eighthClock(last: Pin) {
      const host = running()
      host.start()
      host.clockIn(FROM_C0)
      host.ninthClock()
      host.clockIn('0000 000')
      host.set({ data: last })
      host.set({ clock: 1 })
      return host
    }
    const fought = ['DIO was driven high against the ACK of the chip (p. 3)']

    test('notes, once, a host that drives DIO high', () => {
      const { chip, set } = eighthClock(1)
      set({ clock: 0 })
      assert.deepEqual(chip.violations, fought)
      set({ clock: 1 })
      set({ clock: 0 })
      assert.deepEqual(chip.violations, fought)
    })

    test('notes a host that drives DIO high later, and again with the next byte', () => {
      const { chip, set, clockIn } = eighthClock(0)
      set({ clock: 0 })
      set({ clock: 1 })
      set({ data: 1 })
      set({ data: 0 })
      set({ clock: 0 })
      assert.deepEqual(chip.violations, fought)
      clockIn('0000 000')
      set({ data: 1 })
      set({ clock: 1 })
      set({ clock: 0 })
      assert.deepEqual(chip.violations, [...fought, ...fought])
      assert.deepEqual(chip.display().segments, [0, 0x80, 0, 0], 'that was no start')
    })

    test('notes a host that drives DIO high together with the 9th falling edge (tPLZ)', () => {
      const { chip, set } = eighthClock(0)
      set({ clock: 0 })
      set({ clock: 1 })
      set({ clock: 0, data: 1 })
      assert.deepEqual(chip.violations, fought)
      assert.equal(chip.acknowledges, false)
    })

    test('lets a host drive DIO low, also from the 8th falling edge on', () => {
      const { chip, set, clockIn, ninthClock, stop } = eighthClock(1)
      set({ clock: 0, data: 0 })
      set({ clock: 1 })
      set({ clock: 0 })
      clockIn('1111 1111')
      ninthClock()
      stop()
      assert.deepEqual(chip.display().segments, [0x80, 0xff, 0, 0])
      assert.deepEqual(chip.violations, [])
    })

    test('lets a host release DIO together with the 9th rising edge', () => {
      const { chip, set } = eighthClock(0)
      set({ clock: 0 })
      set({ clock: 1, data: 'released' })
      set({ clock: 0 })
      assert.deepEqual(chip.violations, [])
    })

    test('lets a host release DIO, which then stays low and is no stop', () => {
      const { chip, set, clockIn, ninthClock } = eighthClock(0)
      set({ clock: 0 })
      set({ clock: 1 })
      set({ data: 'released' })
      set({ clock: 0 })
      clockIn('1111 1111')
      ninthClock()
      assert.deepEqual(chip.display().segments, [0, 0xff, 0, 0])
      assert.deepEqual(chip.violations, [])
    })
  })

  test('takes the old level when DIO changes together with the rising CLK', () => {
    const { chip, set, start, clockIn, ninthClock } = running()
    start()
    clockIn(FROM_C0)
    ninthClock()
    set({ data: 0 })
    set({ data: 'released', clock: 'released' })
    set({ clock: 0 })
    clockIn('0000 000')
    assert.deepEqual(chip.display().segments, blank)
    assert.deepEqual(chip.violations, ['DIO changed in the same instant as CLK rose (p. 3)'])
  })

  test('lets DIO change together with the falling CLK', () => {
    const { chip, set, start } = running()
    start()
    for (const byte of [FROM_C0, '1011 0110']) {
      for (const bit of byte.replaceAll(' ', '')) {
        set({ clock: 0, data: bit === '1' ? 'released' : 0 })
        set({ clock: 1 })
      }
      set({ clock: 0, data: 0 })
      set({ clock: 1 })
    }
    assert.deepEqual(chip.display().segments, [0b0101_1011, 0, 0, 0])
    assert.deepEqual(chip.violations, [])
  })

  test('ignores clocks before a start', () => {
    const chip = new Tm1637(wiring)
    const { set, clockIn, ninthClock, stop } = wires(chip)
    set({ clock: 0 })
    clockIn(ON_1_16)
    ninthClock()
    assert.equal(chip.acknowledges, false)
    stop()
    assert.deepEqual([chip.display().on, chip.violations], [false, []])
  })

  test('drops a byte that a stop or a start cuts off, and notes it (p. 4)', () => {
    const { chip, start, stop, clockIn, ninthClock, send } = running()
    start()
    clockIn(FROM_C0)
    ninthClock()
    clockIn('1111')
    stop()
    start()
    clockIn('111')
    send('0000 0001') // 0x80
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 0 })
    assert.deepEqual(chip.violations, [
      'stop after 5 bits of a byte (p. 4)',
      'start after 4 bits of a byte (p. 4)',
    ])
  })
})
