import type { Transfer } from '../displays/driver.ts'
import type { BusPins, Level, PinLevels } from './board.ts'

/** The levels, in order, that take a transfer to a chip over plain pins. */
export function levelSteps(
  pins: BusPins,
  { bus, bytes }: Exclude<Transfer, { bus: 'i2c' }>,
): PinLevels[] {
  if (bus === 'spi') return shiftOut(pins, bytes)
  return bus === 'two-wire' ? twoWire(pins, bytes) : strobed(pins, bytes)
}

/**
 * The levels, in order, that shift bytes into a chip over three pins: data changes while the clock is
 * low and is taken at its rising edge, chip select is low meanwhile and rises at the end.
 */
function shiftOut({ data, clock, cs }: BusPins, bytes: readonly number[]): PinLevels[] {
  const steps: PinLevels[] = []
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      steps.push(levels([clock, 0], [data, bitOf(byte, bit)], [cs, 0]), levels([clock, 1]))
    }
  }
  steps.push(levels([cs, 1]))
  return steps
}

/**
 * The levels of one transfer to a TM1637, from start (data falls while the clock is high) to stop (data
 * rises while it is high). Each pin moves in a step of its own: not every board sets the pins of a port
 * at one instant, and data that moves under a high clock is a start or a stop. From the eighth falling
 * edge of the clock to the ninth the chip pulls data low to acknowledge, so by then we have let go of a
 * high line.
 */
function twoWire({ data, clock }: BusPins, bytes: readonly number[]): PinLevels[] {
  const steps: PinLevels[] = []
  const set = (pin: number, level: Level) => steps.push(levels([pin, level]))
  set(data, 1)
  set(clock, 1)
  set(data, 0)
  for (const byte of bytes) {
    let before: 0 | 1 = 0
    for (let bit = 0; bit < 8; bit += 1) {
      const level = bitOf(byte, bit)
      set(clock, 0)
      if (level !== before) set(data, level)
      set(clock, 1)
      before = level
    }
    if (before === 1) set(data, 'released')
    set(clock, 0)
    set(clock, 1)
    set(clock, 0)
    if (before === 1) set(data, 0)
  }
  set(clock, 1)
  set(data, 1)
  return steps
}

/**
 * The levels of one transfer to a TM1638: bits are taken at the rising edge of the clock while the strobe
 * (chip select) is low. The strobe rises first, in a step of its own, so that the bits of a byte that a
 * lost link has cut short are forgotten.
 */
function strobed({ data, clock, cs }: BusPins, bytes: readonly number[]): PinLevels[] {
  const steps: PinLevels[] = [levels([cs, 1]), levels([cs, 0])]
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      steps.push(levels([clock, 0], [data, bitOf(byte, bit)]), levels([clock, 1]))
    }
  }
  steps.push(levels([cs, 1]))
  return steps
}

function levels(...pairs: [pin: number, level: Level][]): PinLevels {
  return new Map(pairs)
}

function bitOf(byte: number, bit: number): 0 | 1 {
  return (byte >> bit) & 1 ? 1 : 0
}
