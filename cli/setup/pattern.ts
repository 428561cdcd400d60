import type { DisplayModule } from '../../hardware/wiring/displays.ts'

/** What a display is to show so that each place can be told from the others. */
export interface Pattern {
  readonly text: string
  /** For people. */
  readonly title: string
}

/** As dim as a desk likes it, so that a weak supply is no matter. */
export const patternIntensity = 3

/** One picture, or two where there are more places than figures: units, then tens. */
export function patterns(digits: number): Pattern[] {
  const places = Array.from({ length: digits }, (_, place) => place + 1)
  const units = places.map((place) => place % 10).join('')
  if (digits < 10) return [{ text: units, title: '' }]
  return [
    { text: units, title: ', first picture' },
    { text: places.map((place) => Math.floor(place / 10)).join(''), title: ', second picture' },
  ]
}

/** What a reading of the pattern says. */
export type Verdict =
  | { readonly kind: 'right' }
  /** The chip's own position of each place, from 1, as `--digit-order` takes it. */
  | { readonly kind: 'order'; readonly order: readonly number[] }
  | { readonly kind: 'digits'; readonly digits: number }
  /** What is suspect, in sentences. */
  | { readonly kind: 'suspect'; readonly why: string }

/**
 * What to do about what somebody reads from the left.
 *
 * @param readings of each picture of `patterns`, figures only
 * @param positions the chip's own position of each place, from 1, with which the picture was drawn
 */
export function judge(
  readings: readonly string[],
  positions: readonly number[],
  display: Pick<DisplayModule, 'bus'>,
): Verdict {
  const [units = '', tens = ''] = readings
  const digits = positions.length
  if (units === '') return { kind: 'suspect', why: suspects.dark }
  if (/^8+$/.test(units) && units.length > 1)
    return { kind: 'suspect', why: suspects.allLit[display.bus] }
  const places = [...units].map((figure, at) => {
    const place = Number(figure) + 10 * Number(tens[at] ?? 0)
    return digits < 10 ? Number(figure) : place
  })
  const isOnce = new Set(places).size === places.length
  const isKnown = places.every((place) => place >= 1 && place <= digits)
  if (!isOnce || !isKnown) return { kind: 'suspect', why: suspects.garbled[display.bus] }
  if (places.length < digits) {
    const seen = places.map((place) => positions[place - 1] ?? place)
    const [first, last] = [Math.min(...seen), Math.max(...seen)]
    // A smaller module has the first or the last of the chip's positions.
    const isSmaller = last - first === places.length - 1 && (first === 1 || last === digits)
    return isSmaller
      ? { kind: 'digits', digits: places.length }
      : { kind: 'suspect', why: suspects.missing }
  }
  if (places.every((place, at) => place === at + 1)) return { kind: 'right' }
  return { kind: 'order', order: places.map((place) => positions[place - 1] ?? place) }
}

const lines = {
  spi: 'DIN and CLK may be exchanged, or CS (LOAD) is not connected',
  'two-wire': 'CLK and DIO may be exchanged',
  'three-wire': 'DIO and CLK may be exchanged, or STB is not connected',
  i2c: 'SDA and SCL may be exchanged, or the backpack has another address (--addresses)',
} as const

/** What may be wrong with a matrix that shows no figures. */
export const suspicion = `It has no power, or does not understand: look at VCC and GND first; ${lines.spi}. At a board of 3.3 V it is the level shifter.`

const suspects = {
  dark: 'Nothing is lit: look at VCC and GND first, then at the other wires. The program cannot notice a wire that is missing.',
  missing:
    'Some places stay dark between others: the module itself has a bad joint there, which no setting mends; look at its solder, or take another one.',
  allLit: {
    spi: `All is lit: the chip has power but understands nothing; ${lines.spi}.`,
    'two-wire': `All is lit: the chip has power but understands nothing; ${lines['two-wire']}.`,
    'three-wire': `All is lit: the chip has power but understands nothing; ${lines['three-wire']}.`,
    i2c: `All is lit: the chip has power but understands nothing; ${lines.i2c}.`,
  },
  garbled: {
    spi: `Figures that are not in the picture come from a bad line: ${lines.spi}; at a board of 3.3 V it is the level shifter. Short wires, and capacitors at VCC and GND, help.`,
    'two-wire': `Figures that are not in the picture come from a bad line: ${lines['two-wire']}; keep both short.`,
    'three-wire': `Figures that are not in the picture come from a bad line: ${lines['three-wire']}; keep all short.`,
    i2c: `Figures that are not in the picture come from a bad line: ${lines.i2c}.`,
  },
} as const
