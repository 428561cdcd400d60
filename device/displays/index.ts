import type { Display } from './display.ts'
import { ht16k33 } from './ht16k33.ts'
import { max7219 } from './max7219.ts'
import { tm1637 } from './tm1637.ts'

/** Every display chip we can drive. */
export const displayChips = ['max7219', 'ht16k33', 'tm1637'] as const

export interface DisplaySetting {
  readonly chip: (typeof displayChips)[number]
  /** As many as the usual module has when undefined. */
  readonly digits: number | undefined
  /** The chip's own position of each place, leftmost first. */
  readonly digitOrder: readonly number[] | undefined
  /** Of HT16K33 backpacks, the leftmost first. */
  readonly addresses: readonly number[]
}

/** @throws RangeError when the chip cannot have so many digits, or an order does not fit */
export function openDisplay({ chip, digits, digitOrder, addresses }: DisplaySetting): Display {
  const order = digitOrder === undefined ? {} : { digitOrder }
  switch (chip) {
    case 'max7219':
      return max7219({ digits: digits ?? 8, ...order })
    case 'tm1637': {
      if (digits !== undefined && digits !== 4 && digits !== 6) {
        throw new RangeError(
          `--digits: ${digits} is not possible with a TM1637; its modules have 4 or 6`,
        )
      }
      return tm1637({ digits: digits ?? 4, ...order })
    }
    case 'ht16k33': {
      const display = ht16k33(addresses, order)
      if (digits !== undefined && digits !== display.digits) {
        throw new RangeError(
          `--digits: ${digits} is not what is there; each backpack has 4, so --addresses ${addresses.map((address) => `0x${address.toString(16)}`).join(',')} has ${display.digits}`,
        )
      }
      return display
    }
  }
}
