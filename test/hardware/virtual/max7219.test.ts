// Tables and pages are those of the Maxim MAX7219/MAX7221 data sheet, 19-4452.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { joinDisplays } from '../../../hardware/virtual/appearance.ts'
import { chainMax7219, Max7219 } from '../../../hardware/virtual/max7219.ts'
import type { Chip, Levels } from '../../../hardware/virtual/pins.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'

const wiring = { data: 2, clock: 3, cs: 4 }

/** Wires to the chips: sets any of them in one instant. */
function wires(...chips: Chip[]) {
  let levels: Levels = 0
  const set = (change: Partial<typeof wiring>) => {
    const before = levels
    for (const [name, level] of Object.entries(change)) {
      const bit = 1 << wiring[name as keyof typeof wiring]
      levels = level ? levels | bit : levels & ~bit
    }
    for (const chip of chips) chip.pinsChanged?.(before, levels)
  }
  /** Clocks in bits, D15 first. */
  const shift = (bits: string) => {
    for (const bit of bits.replaceAll(' ', '')) {
      set({ clock: 0, data: Number(bit) })
      set({ clock: 1 })
    }
    set({ clock: 0 })
  }
  /** One word, or one for each chip of a chain, as in figure 1, p. 6. */
  const send = (...words: string[]) => {
    set({ cs: 0 })
    for (const word of words) shift(word)
    set({ cs: 1 })
  }
  return { set, shift, send }
}

/** A chip that shows all eight digits as they are written. */
function running() {
  const chip = new Max7219(wiring)
  const { send, ...others } = wires(chip)
  send('0000 1011 0000 0111') // scan limit 7: digits 0 to 7 (table 8, p. 9)
  send('0000 1100 0000 0001') // normal operation (table 3, p. 7)
  return { chip, send, ...others }
}

const blank = [0, 0, 0, 0, 0, 0, 0, 0]

describe('MAX7219', () => {
  test('is blank, shut down and at its least intensity after power-on (p. 7)', () => {
    assert.deepEqual(new Max7219(wiring).display(), { segments: blank, on: false, intensity: 0 })
  })

  test('scans one digit and decodes nothing until told otherwise (p. 7)', () => {
    const chip = new Max7219(wiring)
    const { send } = wires(chip)
    send('0000 0001 0000 0101')
    send('0000 0010 0111 1111')
    send('0000 1100 0000 0001')
    assert.deepEqual(chip.display().segments, [0, 0, 0, 0, 0, 0, 0, 0b0000_0101])
  })

  test('shows the register of digit 7 leftmost, bits 7 to 0 as DP A B C D E F G (table 6, p. 8)', () => {
    const { chip, send } = running()
    send('0000 1000 1011 0000')
    send('0000 0001 0111 1110')
    assert.deepEqual(chip.display().segments, [0b1011_0000, 0, 0, 0, 0, 0, 0, 0b0111_1110])
    assert.deepEqual(chip.violations, [])
  })

  test('does not care about D15 to D12 (table 1, p. 6)', () => {
    const { chip, send } = running()
    send('1111 0001 0011 0000')
    assert.deepEqual(chip.display().segments.at(-1), 0x30)
  })

  test('draws code B in the digits whose decode bit is set (tables 4 and 5, p. 7-8)', () => {
    const { chip, send } = running()
    send('0000 1001 0000 0001')
    // Table 5, columns A to G.
    const font = [
      '1111110',
      '0110000',
      '1101101',
      '1111001',
      '0110011',
      '1011011',
      '1011111',
      '1110000',
      '1111111',
      '1111011',
      '0000001',
      '1001111',
      '0110111',
      '0001110',
      '1100111',
      '0000000',
    ]
    for (const [code, segments] of font.entries()) {
      const nibble = code.toString(2).padStart(4, '0')
      send(`0000 0001 0101 ${nibble}`)
      assert.equal(chip.display().segments.at(-1), Number.parseInt(segments, 2), `code ${code}`)
      send(`0000 0001 1000 ${nibble}`)
      assert.equal(chip.display().segments.at(-1), Number.parseInt(`1${segments}`, 2), 'point')
    }
    send('0000 0010 0000 0001')
    assert.equal(chip.display().segments.at(-2), 0b0000_0001, 'digit 1 is not decoded')
  })

  test('takes the low nibble as intensity (table 7, p. 9)', () => {
    const { chip, send } = running()
    send('0000 1010 1111 1001')
    assert.equal(chip.display().intensity, 9)
  })

  test('leaves digits above the scan limit dark (table 8, p. 9)', () => {
    const { chip, send } = running()
    for (const digit of ['0001', '0010', '0011', '0100']) send(`0000 ${digit} 0111 1111`)
    send('0000 1011 0000 0010')
    assert.deepEqual(chip.display().segments, [0, 0, 0, 0, 0, 0x7f, 0x7f, 0x7f])
  })

  test('keeps its registers in shutdown (p. 7)', () => {
    const { chip, send } = running()
    send('0000 0001 0111 1111')
    send('0000 1100 0000 0000')
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 0 })
    send('0000 1100 0000 0001')
    assert.equal(chip.display().segments.at(-1), 0x7f)
  })

  test('lights everything at full intensity in display test, also in shutdown (table 10, p. 10)', () => {
    const chip = new Max7219(wiring)
    const { send } = wires(chip)
    send('0000 1111 0000 0001')
    assert.deepEqual(chip.display(), { segments: Array(8).fill(0xff), on: true, intensity: 15 })
    send('0000 1111 0000 0000')
    assert.equal(chip.display().on, false)
  })

  test('does nothing at addresses 0, D and E (table 2, p. 7)', () => {
    const { chip, send } = running()
    send('0000 0001 0111 1111')
    const before = chip.display()
    for (const address of ['0000', '1101', '1110']) send(`0000 ${address} 1111 1111`)
    assert.deepEqual(chip.display(), before)
  })

  test('shifts whatever the level of LOAD is and latches the last 16 bits (p. 6)', () => {
    const { chip, set, shift } = running()
    shift('1010 1010 0000 0001 0011 0000')
    set({ cs: 0 })
    assert.equal(chip.display().segments.at(-1), 0, 'nothing before LOAD rises')
    set({ cs: 1 })
    assert.equal(chip.display().segments.at(-1), 0x30)
    assert.deepEqual(chip.violations, ['CS rose after 0 clocks, not 16 (p. 6)'])
  })

  test('takes the old level when DIN changes together with the rising CLK (tDS, p. 3)', () => {
    const { chip, set, shift } = running()
    set({ cs: 0 })
    shift('0000 0001 0000 000')
    set({ clock: 1, data: 1 })
    set({ cs: 1 })
    assert.equal(chip.display().segments.at(-1), 0)
    assert.deepEqual(chip.violations, [
      'DIN changed in the same instant as CLK rose (tDS 25 ns, p. 3)',
    ])
  })

  test('lets DIN change together with the falling CLK', () => {
    const { chip, set } = running()
    set({ cs: 0 })
    for (const bit of '0000000101010101') {
      set({ clock: 0, data: Number(bit) })
      set({ clock: 1 })
    }
    set({ cs: 1 })
    assert.equal(chip.display().segments.at(-1), 0x55)
    assert.deepEqual(chip.violations, [])
  })

  test('latches the bit that comes with LOAD, and notes it (tCSH, p. 3)', () => {
    const { chip, set, shift } = running()
    set({ cs: 0 })
    shift('0000 0001 0000 000')
    set({ data: 1 })
    set({ clock: 1, cs: 1 })
    assert.equal(chip.display().segments.at(-1), 1)
    assert.deepEqual(chip.violations, ['CS rose in the same instant as CLK (tCSH, p. 3)'])
  })

  test('latches a short word as it lies in the shift register, and notes it', () => {
    const { chip, send } = running()
    send('0001 0111 1111') // 12 clocks behind the 0001 that the last word ended with
    assert.equal(chip.display().segments.at(-1), 0x7f)
    assert.deepEqual(chip.violations, ['CS rose after 12 clocks, not 16 (p. 6)'])
  })

  test('has forgotten everything after a loss of power', () => {
    const { chip, send } = running()
    send('0000 0001 0111 1111')
    chip.power(false)
    send('0000 1111 0000 0001') // display test
    assert.deepEqual(chip.display(), { segments: blank, on: false, intensity: 0 })
    chip.power(true)
    send('0000 1100 0000 0001')
    assert.deepEqual(chip.display(), { segments: blank, on: true, intensity: 0 })
  })

  test('tells of a latch or a loss of power that changed what is visible, and of no other', () => {
    const { chip, send } = running()
    let changes = 0
    const end = chip.onChange(() => changes++)
    send('0000 0001 0111 1111')
    assert.equal(changes, 1)
    send('0000 0001 0111 1111')
    send('0000 0000 0000 0000')
    assert.equal(changes, 1)
    chip.power(false)
    assert.equal(changes, 2)
    end()
    chip.power(true)
    send('0000 1100 0000 0001')
    assert.equal(changes, 2)
  })

  test('hands bits on through DOUT 16 clocks later, so that the first word reaches the last chip', () => {
    const chips = chainMax7219(wiring, 3)
    const { send } = wires(...chips)
    const all = (word: string) => send(word, word, word)
    all('0000 1011 0000 0111')
    all('0000 1100 0000 0001')
    // "No-Op Register", p. 10: to one chip of a chain, with no-ops for those before it.
    send('0000 0001 0011 0000', '0000 0000 0000 0000', '0000 0000 0000 0000')
    send('0000 0001 0111 0000', '0000 0001 0101 1011')
    assert.deepEqual(
      chips.map((chip) => chip.display().segments.at(-1)),
      [0x5b, 0x70, 0x30],
    )
    assert.deepEqual(
      chips.flatMap((chip) => chip.violations),
      [],
    )
  })

  test('shows 16 digits with a second chip behind it, each digit by itself', () => {
    const chips = chainMax7219(wiring, 2)
    const { send } = wires(...chips)
    const shown = () => joinDisplays(chips.map((chip) => chip.display()))
    send('0000 1011 0000 0111', '0000 1011 0000 0111')
    send('0000 1001 1111 1111', '0000 1001 1111 1111')
    send('0000 1100 0000 0001', '0000 1100 0000 0001')
    // The word that is sent first ends in the chip farther from the data pin, here the right one.
    for (let digit = 1; digit <= 8; digit++) {
      const address = digit.toString(2).padStart(4, '0')
      const fromLeft = (8 - digit + 1).toString(2).padStart(4, '0')
      send(
        `0000 ${address} 0000 ${digit === 8 ? '0000' : fromLeft}`,
        `0000 ${address} 0000 ${fromLeft}`,
      )
    }
    assert.equal(segmentsToText(shown().segments), '1234567802345678')
    // One digit of one chip, with a no-op for the other.
    send('0000 0001 0000 1001', '0000 0000 0000 0000')
    assert.equal(segmentsToText(shown().segments), '1234567802345679')
    assert.deepEqual(
      chips.flatMap((chip) => chip.violations),
      [],
    )
  })
})
