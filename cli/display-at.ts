import { UsageError } from '../common/errors.ts'
import type { OpenBoard, Wiring } from '../device/boards/board.ts'
import type { BoardSetting } from '../device/boards/index.ts'
import type { DisplayDriver, DisplayOptions } from '../device/displays/driver.ts'
import { type DisplayId, displayOf, displays } from '../device/displays/index.ts'
import { leastDigits } from '../device/face/side-by-side.ts'
import type { PanelOutput } from '../device/screens/panel.ts'
import { startVirtualDesk } from './process/virtual-desk.ts'
import type { Values } from './settings/settings.ts'

/** What the settings say of a display and its board. */
export type DisplayValues = Values<
  | 'board'
  | 'particleToken'
  | 'particleUrl'
  | 'show'
  | 'display'
  | 'digits'
  | 'modules'
  | 'moduleWiring'
  | 'decimalPoints'
  | 'digitOrder'
  | 'addresses'
  | 'pins'
>

/** A display at a board. */
export interface DisplayAt {
  readonly wiring: Wiring
  readonly display: DisplayDriver
  readonly open: OpenBoard
  stop(): Promise<void>
}

/**
 * The display at the board of the settings.
 *
 * @param out where a virtual board shows its digits
 */
export async function displayAt(values: DisplayValues, out: PanelOutput): Promise<DisplayAt> {
  const { digits, digitOrder, addresses, modules, moduleWiring, particleToken, pins } = values
  const { decimalPoints: points } = values
  const setting = attached(values.board)
  if (setting === undefined) {
    throw new UsageError(
      '--board is missing (or environment variable BOARD): at which board is the display? serial:<path>, tcp:<host>, …; or --display terminal',
    )
  }
  if (setting.kind === 'particle' && particleToken === undefined) {
    throw new UsageError('--particle-token (or PARTICLE_TOKEN) is missing; particle: needs it')
  }
  const id = chipOf(values.display)
  const chips = { digits, addresses, modules, moduleWiring }
  const display = openDisplay(id, { ...chips, points, digitOrder })
  checkRoom(values.show, display.digits)
  const { fitsPictures } = await import('../device/boards/pictures-board.ts')
  const exceedsPictures = !fitsPictures(display)
  const wiring = { ...(await wiringOf(setting, id, pins)), exceedsPictures }
  const { boardOpener } = await import('../device/boards/index.ts')
  const desk =
    setting.kind === 'virtual'
      ? await startVirtualDesk({
          host: '127.0.0.1',
          port: 0,
          out,
          json: false,
          display: id,
          caption: captionOf(values.show),
          chips: { ...chips, pins: wiring.pins },
        })
      : undefined
  const real =
    setting.kind === 'virtual'
      ? ({ kind: 'tcp', host: '127.0.0.1', port: desk?.port ?? 0 } as const)
      : setting
  return {
    wiring,
    display,
    open: boardOpener(real, { token: particleToken ?? '', url: values.particleUrl }),
    stop: async () => desk?.stop(),
  }
}

/** @throws UsageError when there is no such display */
export function openDisplay(id: DisplayId, options: DisplayOptions): DisplayDriver {
  try {
    return displayOf(id).open(options)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}

/**
 * A board that does what this program says.
 *
 * @throws UsageError for one that stands alone
 */
export function attached(board: Values<'board'>['board']): BoardSetting | undefined {
  if (board?.kind !== 'esphome') return board
  throw new UsageError(
    `--board ${board.id} stands alone, with ESPHome: visitor-counter esphome --board ${board.id}`,
  )
}

/**
 * The chip at a board; a terminal has none, so it stands for the usual one.
 *
 * @throws UsageError for one that only boards that stand alone can drive
 */
export function chipOf(display: Values<'display'>['display']): DisplayId {
  const name = display === 'terminal' ? 'max7219' : display
  const known = displays.find(({ id }) => id === name)
  if (known !== undefined) return known.id
  throw new UsageError(
    `--display ${name} is driven by boards with ESPHome only: visitor-counter esphome --display ${name}`,
  )
}

/** The pins of the settings, or those that the wiring has for the board. */
export async function wiringOf(
  { kind }: BoardSetting,
  id: DisplayId,
  pins: Values<'pins'>['pins'],
): Promise<Wiring> {
  const { boardOf, defaultPins } = await import('../hardware/wiring/wiring.ts')
  const { bus } = displayOf(id)
  const { data, clock, cs } = pins ??
    defaultPins(boardOf(kind), bus) ?? { data: 0, clock: 0, cs: 0 }
  if ((bus === 'spi' || bus === 'three-wire') && cs === undefined) {
    throw new UsageError(`--pins: a ${id.toUpperCase()} needs three, as data=2,clock=3,cs=4`)
  }
  if (kind === 'raspi' && pins !== undefined) {
    throw new UsageError(
      '--pins: a Raspberry Pi has its SPI and I2C on pins of its own (wiring.md); leave --pins out, or take --board io:raspi-io',
    )
  }
  if (kind === 'raspi' && (bus === 'two-wire' || bus === 'three-wire')) {
    throw new UsageError(
      `--board raspi has no way for a ${id.toUpperCase()}, which needs plain pins; take --display max7219 or ht16k33, or --board io:raspi-io`,
    )
  }
  return { bus, pins: { data, clock, cs: cs ?? clock } }
}

/** What the digits count, in words. */
export function captionOf(show: Values<'show'>['show']): string {
  const words = (show ?? []).map(({ reading, isBeside }, at) => {
    const word = reading.replace('.', ', ').replace(/last(\d+)days/, 'last $1 days')
    return `${at === 0 ? '' : isBeside ? ' | ' : '; '}${word}`
  })
  return words.length === 0 ? 'visitors, total' : words.join('')
}

/** @throws UsageError where two counts have no room side by side */
export function checkRoom(show: Values<'show'>['show'], digits: number): void {
  const isPair = show?.some(({ isBeside }) => isBeside) ?? false
  if (!isPair || digits >= leastDigits) return
  throw new UsageError(
    `--show: two counts side by side take ${leastDigits} digits or more, and the display has ${digits}; separated by a comma they take turns`,
  )
}
