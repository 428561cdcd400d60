import type { BoardSpec } from '../board-spec.ts'
import type { Wire } from '../wiring.ts'
import type { Slot } from './route.ts'
import { boardSides, colours, FAINT, INK, sheet } from './sheet.ts'
import { element, outline, text } from './svg.ts'

/** A board with a place for each of its pins. */
export interface PlacedBoard {
  readonly board: BoardSpec
  readonly usb: 'top' | 'bottom'
  readonly top: number
  readonly bottom: number
  readonly slots: readonly (Slot & { readonly label: string })[]
}

const TALLEST = 280
const WIDEST_PITCH = 24
const MARGIN = 14

/** Stands the board on the sheet, turned by half a circle if asked; its pins keep their order. */
export function placeBoard(board: BoardSpec, turned: boolean): PlacedBoard {
  const { left, right, usb } = board.outline
  const sides = turned ? { left: right.toReversed(), right: left.toReversed() } : { left, right }
  const rows = Math.max(left.length, right.length)
  const pitch = Math.min(WIDEST_PITCH, Math.floor(TALLEST / rows))
  const first = sheet.middle - ((rows - 1) * pitch) / 2
  const slots = (['left', 'right'] as const).flatMap((side) =>
    sides[side].flatMap((label, row) =>
      label === '' ? [] : [{ label, side, y: first + row * pitch }],
    ),
  )
  return {
    board,
    usb: turned === (usb === 'top') ? 'bottom' : 'top',
    top: first - MARGIN,
    bottom: first + (rows - 1) * pitch + MARGIN,
    slots,
  }
}

/** The outline with all pins; `taken` says which slot each wire begins at. */
export function drawBoard(placed: PlacedBoard, taken: ReadonlyMap<string, Wire>): string[] {
  const { board, top, bottom } = placed
  const { left, right } = boardSides
  const middle = (left + right) / 2
  return [
    ...(board.outline.headerOnly ? [] : [socket(placed)]),
    outline({ left, right, top, bottom }, { rx: 8, fill: '#e0f2f1', stroke: '#00796b' }),
    text({ x: 0, y: 0 }, board.outline.name ?? board.name, {
      transform: `translate(${middle + 5} ${sheet.middle}) rotate(-90)`,
      'text-anchor': 'middle',
      'font-size': 14,
      'font-weight': 'bold',
      fill: '#00695c',
    }),
    ...placed.slots.map((slot) => drawPin(slot, taken.get(slotKey(slot)))),
  ]
}

/** What tells a slot from the others, several of which can have one label. */
export function slotKey({ side, y }: Slot): string {
  return `${side} ${y}`
}

function drawPin({ label, side, y }: Slot & { label: string }, wire: Wire | undefined): string {
  const x = boardSides[side]
  const name = wire?.pin.names?.[0]
  const words = name === undefined ? [label] : side === 'left' ? [label, name] : [name, label]
  const at = { x: side === 'left' ? x + 9 : x - 9, y: y + 3.6 }
  return (
    element('circle', {
      cx: x,
      cy: y,
      r: 3.4,
      fill: wire ? colours[wire.pad.purpose] : '#ffffff',
      stroke: wire ? colours[wire.pad.purpose] : FAINT,
    }) +
    text(at, words.join(' '), {
      'text-anchor': side === 'left' ? 'start' : 'end',
      'font-size': wire ? 11 : 9.5,
      ...(wire ? { 'font-weight': 'bold' } : {}),
      fill: wire ? INK : FAINT,
    })
  )
}

function socket({ usb, top, bottom }: PlacedBoard): string {
  const middle = (boardSides.left + boardSides.right) / 2
  const y = usb === 'top' ? top - 8 : bottom - 10
  return element('rect', {
    x: middle - 20,
    y,
    width: 40,
    height: 18,
    rx: 2,
    fill: '#b0bec5',
    stroke: '#546e7a',
  })
}
