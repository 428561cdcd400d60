import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'

/** A chip on the wires of the firmware, and a note of each word that was latched into it. */
export function watchWires(pins: { data: number; clock: number; cs: number }) {
  const chip = new Max7219(pins)
  const words: number[][] = []
  let levels = 0
  let bits = ''

  /** Plays the changes of one line of `desk.cpp`: `a` is pin 0 rising, `A` is pin 0 falling, and so on. */
  function play(steps: string): void {
    for (const step of steps) {
      const rises = step >= 'a'
      const pin = step.charCodeAt(0) - (rises ? 'a' : 'A').charCodeAt(0)
      const next = rises ? levels | (1 << pin) : levels & ~(1 << pin)
      if (pin === pins.clock && rises) bits += (levels >> pins.data) & 1
      if (pin === pins.cs && rises && bits !== '') {
        words.push([bits.slice(0, 8), bits.slice(8)].map((byte) => Number.parseInt(byte, 2)))
        bits = ''
      }
      chip.pinsChanged(levels, next)
      levels = next
    }
  }

  return { chip, play, words, text: () => segmentsToText(chip.display().segments) }
}
