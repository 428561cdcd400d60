import type { Bus } from '../../device/displays/driver.ts'
import { type DisplayId, displayOf } from '../../device/displays/index.ts'
import type { BoardSpec } from './board-spec.ts'

/** What a pad is for; `logic` is a second supply that only sets the level of the lines. */
export type Purpose = 'supply' | 'logic' | 'ground' | 'data' | 'clock' | 'cs' | 'sda' | 'scl'

/** A solder pad or header pin of a module, by what is printed at it. */
export interface Pad {
  readonly label: string
  readonly purpose: Purpose
  /** Not every maker's module has it. */
  readonly optional?: true
}

/** A display module that one can buy. */
export interface DisplayModule extends Bought {
  readonly bus: Bus
  readonly digits: number
}

/** What its driver does not know of it. */
interface Bought {
  readonly id: DisplayId
  readonly name: string
  /** From the top down, as the usual modules have them. */
  readonly pads: readonly Pad[]
  /** The only supply it may have; the board's logic voltage when left out. */
  readonly supplyVolts?: 5
  /** The lowest voltage that is surely taken as high, with that supply. */
  readonly inputHigh: string
  readonly current: string
  /** What it is good for. */
  readonly choose: string
  /** What lights up. */
  readonly lamps: 'segments' | 'segments14' | 'dots'
  /** Whether our component for ESPHome draws on it. */
  readonly esphome: boolean
  readonly notes: readonly string[]
}

const max7219: Bought = {
  id: 'max7219',
  name: 'MAX7219, 8 digits',
  pads: [
    { label: 'VCC', purpose: 'supply' },
    { label: 'GND', purpose: 'ground' },
    { label: 'DIN', purpose: 'data' },
    { label: 'CS', purpose: 'cs' },
    { label: 'CLK', purpose: 'clock' },
  ],
  supplyVolts: 5,
  // MAX7219 data sheet (19-4452), electrical characteristics.
  inputHigh: '3.5 V',
  current: 'up to 330 mA',
  choose: 'many digits on one module',
  lamps: 'segments',
  esphome: true,
  notes: [
    'Wire the side of the module that has DIN; DOUT on the other side feeds a further module. CS is LOAD on some.',
    'Put 10 µF and 100 nF from VCC to GND right at the module, unless it carries them already, and keep the two supply wires short and thick: the chip switches its digits in pulses and forgets its settings when the supply dips.',
  ],
}

const ht16k33: Bought = {
  id: 'ht16k33',
  name: 'HT16K33, 4 digits',
  pads: [
    { label: 'VI2C', purpose: 'logic', optional: true },
    { label: 'VCC', purpose: 'supply' },
    { label: 'GND', purpose: 'ground' },
    { label: 'SDA', purpose: 'sda' },
    { label: 'SCL', purpose: 'scl' },
  ],
  inputHigh: '0.7 × VCC',
  current: 'about 40 mA',
  choose: 'the fewest wires and the fastest updates',
  lamps: 'segments',
  esphome: true,
  notes: [
    'The pads stand in another order on some modules, and are named + − D C on others: go by the names. The module carries the pull-up resistors, to VCC.',
    'VI2C (IO on some) sets the level of SDA and SCL; where there is one, it goes to the same pin as VCC.',
    // Holtek HT16K33 data sheet, D.C. characteristics; Adafruit, LED backpack pinouts: "3V-5V".
    'With 3.3 V boards VCC is 3.3 V: the data sheet of the chip begins at 4.5 V, but makers of the backpacks allow 3 to 5 V, and with more the pull-ups would lift the board’s pins too high.',
    'Several side by side make one wide display: same wires, other addresses (solder bridges at the back), and `--addresses 0x70,0x71`.',
  ],
}

const tm1637: Bought = {
  id: 'tm1637',
  name: 'TM1637, 4 or 6 digits',
  pads: [
    { label: 'CLK', purpose: 'clock' },
    { label: 'DIO', purpose: 'data' },
    { label: 'VCC', purpose: 'supply' },
    { label: 'GND', purpose: 'ground' },
  ],
  inputHigh: '0.7 × VCC',
  current: 'up to about 80 mA',
  choose: 'what is at hand; it is slower over Firmata',
  lamps: 'segments',
  esphome: true,
  notes: [
    'The module pulls CLK and DIO up to its VCC: with VCC at the voltage of the board’s pins, these never see more.',
    'A bare chip, or a module without these resistors, needs 10 kΩ from each of both to VCC. On a Photon with VoodooSpark it would stay dark without them, and the log says so.',
    'Keep CLK and DIO short, 20 cm at most: many modules have capacitors on both. For 6 digits add `--digits 6`.',
  ],
}

const tm1638: Bought = {
  id: 'tm1638',
  name: 'TM1638, 8 digits',
  pads: [
    { label: 'VCC', purpose: 'supply' },
    { label: 'GND', purpose: 'ground' },
    { label: 'STB', purpose: 'cs' },
    { label: 'CLK', purpose: 'clock' },
    { label: 'DIO', purpose: 'data' },
  ],
  // TM1638 data sheet (V1.3), electrical parameters.
  inputHigh: '0.7 × VCC',
  current: 'up to about 150 mA',
  choose: 'many digits at hand without a level shifter',
  lamps: 'segments',
  esphome: true,
  notes: [
    'The modules “LED & KEY” are meant, whose digits share their cathodes. Their eight LEDs stay dark. With our firmware on an Uno or Nano S1 shows the next counter, S7 is darker and S8 brighter, until the next step of `--dim`; other boards do not read the keys.',
    'The module pulls DIO up to its VCC: with VCC at the voltage of the board’s pins, these never see more. At 3.3 V it is a little darker.',
  ],
}

const max7219Matrix: Bought = {
  id: 'max7219-matrix',
  name: 'MAX7219 dot matrix',
  pads: max7219.pads,
  supplyVolts: 5,
  inputHigh: max7219.inputHigh,
  current: 'up to 330 mA a module',
  choose: 'large figures of dots; the slowest over Firmata',
  lamps: 'dots',
  esphome: false,
  notes: [
    'The modules “FC-16” are meant, four on one board as “4 in 1” (`--modules 8` for two such boards). The side with DIN is the right end, seen from the front; it is drawn at the left here. DOUT at the other end feeds DIN of the next board.',
    // MD_MAX72xx, "Hardware".
    'Others, as those with a 1088AS in sockets, lie otherwise on their chips: `--module-wiring generic`. `--test-pattern` shows it: [docs/desk.md](docs/desk.md#a-matrix-of-dots).',
    'Figures light a third of the dots at most, at the usual brightness for a sixth of the time: some 20 mA a module, computed. From 5 modules on give them a supply of their own, 5 V and 2 A, with its ground at the board’s too. The capacitors are as for the MAX7219 with digits.',
  ],
}

const ht16k33Fourteen: Bought = {
  ...ht16k33,
  id: 'ht16k33-14',
  name: 'HT16K33, 14 segments',
  choose: 'letters that look like some, at two wires',
  lamps: 'segments14',
  esphome: false,
  notes: [
    'The backpacks “quad alphanumeric” of Adafruit are meant, and what is wired alike.',
    ...ht16k33.notes,
  ],
}

/** Every display, in the order in which the document tells of them. */
export const displays: readonly DisplayModule[] = [
  max7219,
  ht16k33,
  tm1637,
  tm1638,
  max7219Matrix,
  ht16k33Fourteen,
].map((bought) => {
  const { bus, digits } = displayOf(bought.id)
  return { ...bought, bus, digits }
})

/** What a display is fed with at a board. */
export function supplyVolts(board: BoardSpec, display: DisplayModule): 5 | 3.3 {
  return display.supplyVolts ?? board.logicVolts
}

/** Whether the board's high is too low for the display. */
export function needsLevelShifter(board: BoardSpec, display: DisplayModule): boolean {
  return supplyVolts(board, display) > board.logicVolts
}
