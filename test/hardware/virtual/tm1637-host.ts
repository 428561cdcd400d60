import type { Chip, Drive } from '../../../hardware/virtual/pins.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'

export const wiring = { clock: 2, data: 3 }

/** What a pin does to its wire: drives it low or high, or leaves it to the pull-up. */
export type Pin = 0 | 1 | 'released'

/** Wires to the chip: sets one or both in one instant. */
export function wires(chip: Chip) {
  let drive: Drive = { levels: 0, outputs: 0 }
  const set = (change: Partial<Record<keyof typeof wiring, Pin>>) => {
    const before = drive
    let { levels, outputs } = drive
    for (const [name, pin] of Object.entries(change)) {
      const bit = 1 << wiring[name as keyof typeof wiring]
      outputs = pin === 'released' ? outputs & ~bit : outputs | bit
      levels = pin === 1 ? levels | bit : levels & ~bit
    }
    drive = { levels, outputs }
    chip.driveChanged?.(before, drive)
  }
  /** The host as open drain, as the data sheet draws it: high is released. */
  const bit = (character: string): Pin => (character === '1' ? 'released' : 0)
  const start = () => {
    set({ data: 'released' })
    set({ clock: 'released' })
    set({ data: 0 })
    set({ clock: 0 })
  }
  const stop = () => {
    set({ data: 0 })
    set({ clock: 'released' })
    set({ data: 'released' })
  }
  /** Clocks in bits, B0 first; spaces are for the reader. */
  const clockIn = (bits: string) => {
    for (const character of bits.replaceAll(' ', '')) {
      set({ data: bit(character) })
      set({ clock: 'released' })
      set({ clock: 0 })
    }
  }
  const ninthClock = () => {
    set({ data: 'released' })
    set({ clock: 'released' })
    set({ clock: 0 })
  }
  /** From start to stop: bytes as bits, B0 first. */
  const send = (...bytes: string[]) => {
    start()
    for (const byte of bytes) {
      clockIn(byte)
      ninthClock()
    }
    stop()
  }
  return { set, start, stop, clockIn, ninthClock, send }
}

// B0 to B7.
export const WRITE_AUTO = '0000 0010' // 0x40
export const WRITE_FIXED = '0010 0010' // 0x44
export const FROM_C0 = '0000 0011'
export const ON_1_16 = '0001 0001' // 0x88

/** A chip that is lit at its lowest pulse width. */
export function running(options: ConstructorParameters<typeof Tm1637>[1] = {}) {
  const chip = new Tm1637(wiring, options)
  const host = wires(chip)
  host.send(ON_1_16)
  return { chip, ...host }
}

export const blank = [0, 0, 0, 0]
