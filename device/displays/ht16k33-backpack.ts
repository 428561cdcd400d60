import { blank, type Cell } from '../face/frame.ts'
import type { DisplayDriver, DisplayOptions, Transfer } from './driver.ts'
import { safeOrder } from './picture.ts'
import { placesByPosition, positionsOf } from './places.ts'

// Commands, HT16K33 data sheet (rev. 1.10), "Command Summary".
const SYSTEM_SETUP = 0x20
const OSCILLATOR_ON = 0x01
const DISPLAY_SETUP = 0x80
const DISPLAY_ON = 0x01
const ROW_INT_SET = 0xa0
const DIMMING_SET = 0xe0
const RAM = 0x00

const mostIntensity = 15
/** Without a solder bridge. */
const usualAddress = 0x70

/** What kinds of backpacks differ in. */
interface Backpack {
  /** RAM address of each digit, leftmost first. */
  readonly digitAddresses: readonly number[]
  /** From address 0 to the last that is used. */
  readonly ramBytes: number
  /** What a cell lights, from its address on. */
  bytesOf(cell: Cell, points: boolean): readonly number[]
}

/**
 * Backpacks with an HT16K33, side by side, the first address on the left. What is no digit stays dark: a
 * count has no colon.
 *
 * @throws RangeError for a count of digits that is not there
 */
export function openBackpacks(
  { digitAddresses, ramBytes, bytesOf }: Backpack,
  { digits, points = true, digitOrder, addresses = [usualAddress] }: DisplayOptions,
): DisplayDriver {
  const there = addresses.length * digitAddresses.length
  if (digits !== undefined && digits !== there) {
    const list = addresses.map((address) => `0x${address.toString(16)}`).join(',')
    throw new RangeError(
      `--digits: ${digits} is not what is there; each backpack has 4, so --addresses ${list} has ${there}`,
    )
  }
  const places = placesByPosition(positionsOf(there, digitOrder))
  const write = (address: number, ...bytes: number[]): Transfer => ({
    bus: 'i2c',
    address,
    bytes,
  })
  const each = (...bytes: number[]) => addresses.map((address) => write(address, ...bytes))
  const own = addresses.map((_, backpack) =>
    digitAddresses.map((_, digit) => places[backpack * digitAddresses.length + digit] ?? 0),
  )
  const dark = Array<Cell>(there).fill(blank)
  /** Backpacks go on and off one after the other: what is lit meanwhile is a part of the number. */
  const switched = (command: number, from: readonly Cell[], to: readonly Cell[]) => {
    const order = safeOrder(own, from, to) ?? [...own.keys()]
    return order.map((backpack) => write(addresses[backpack] ?? 0, command))
  }

  return {
    digits: there,
    points,
    // RAM of each backpack, from address 0: a transfer sets as much of it as it carries.
    registers: ({ cells }) =>
      own.map((ownPlaces) => {
        const bytes = Array<number>(ramBytes).fill(0)
        for (const [digit, place] of ownPlaces.entries()) {
          const cell = cells[place]
          const address = digitAddresses[digit]
          if (cell === undefined || address === undefined) continue
          for (const [at, byte] of bytesOf(cell, points).entries()) bytes[address + at] = byte
        }
        return { places: ownPlaces, bytes }
      }),
    write(backpack, { bytes }, before) {
      const changed = bytes.flatMap((byte, at) => (byte === before?.bytes[at] ? [] : [at]))
      const [from = 0] = changed
      const to = changed.at(-1) ?? 0
      return write(addresses[backpack] ?? 0, RAM | from, ...bytes.slice(from, to + 1))
    },
    // The RAM holds anything after power-on. Without its oscillator the chip takes no other command.
    dark: (shown) => [
      ...each(SYSTEM_SETUP | OSCILLATOR_ON),
      ...switched(DISPLAY_SETUP, shown?.cells ?? dark, dark),
    ],
    settings: ({ intensity }) => [
      ...each(SYSTEM_SETUP | OSCILLATOR_ON),
      ...each(ROW_INT_SET),
      ...each(DIMMING_SET | Math.max(0, Math.min(mostIntensity, intensity))),
    ],
    light: ({ cells, on }) =>
      on ? switched(DISPLAY_SETUP | DISPLAY_ON, dark, cells) : switched(DISPLAY_SETUP, cells, dark),
  }
}
