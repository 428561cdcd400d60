import { supplyVolts } from './displays.ts'
import { drawBoard, type PlacedBoard, placeBoard, slotKey } from './drawing/board.ts'
import { drawModule, padHeights } from './drawing/module.ts'
import { type Routes, route } from './drawing/route.ts'
import { boardSides, colours, FAINT, INK, moduleSides, sheet, WIRE_GAP } from './drawing/sheet.ts'
import { type Arrival, dot, drawCapacitor, drawShifter } from './drawing/shifter.ts'
import { element, escaped, type Point, polyline, text } from './drawing/svg.ts'
import { type Pair, pinName, type Wire, wires } from './wiring.ts'

/** What it takes to draw a board the other way up than people know it, in pixels of wire. */
const TURNED = 500

/** The drawing of one pair, as the text of an SVG file. Pure. */
export function diagram(pair: Pair): string {
  const { placed, heights, routes } = tidiest(pair)
  const arrivals = wires(pair).map((wire, index) => ({ wire, y: heights[index] ?? 0 }))
  const main = arrivals.filter(isMain)
  const laid = main.map((arrival, index) => ({ ...arrival, path: routes.paths[index] ?? [] }))
  const taken = new Map(laid.map(({ wire, path: [start] }) => [slotAt(placed, wire, start), wire]))
  const shifted = arrivals.some(({ wire }) => wire.via !== undefined)
  const parts = [
    element('title', { id: 'title' }, escaped(titleOf(pair))),
    element('desc', { id: 'desc' }, escaped(description(pair))),
    // A ground of its own, so that it can be read on a dark page as well.
    element('rect', { width: sheet.width, height: sheet.height, rx: 12, fill: '#ffffff' }),
    text({ x: 20, y: 28 }, titleOf(pair), { 'font-size': 16, 'font-weight': 'bold', fill: INK }),
    text({ x: moduleSides.right, y: sheet.height - 14 }, hint(placed), {
      'text-anchor': 'end',
      'font-size': 10.5,
      fill: FAINT,
    }),
    ...laid.flatMap(({ wire, path }) => drawWire(wire, path)),
    ...drawBoard(placed, taken),
    ...drawModule(pair.display, heights),
    ...(shifted ? drawShifter(main) : []),
    ...(pair.display.bus === 'spi' ? drawCapacitor(main, moduleSides.left - 32) : []),
    ...drawJumper(arrivals),
    ...main.flatMap((arrival) => drawName(arrival, pair)),
  ]
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${sheet.width} ${sheet.height}`,
      width: sheet.width,
      height: sheet.height,
      role: 'img',
      'aria-labelledby': 'title desc',
      'font-family': 'Arial, Helvetica, sans-serif',
    },
    `\n${parts.join('\n')}\n`,
  )}\n`
}

/** What the drawing shows, in words. */
export function description(pair: Pair): string {
  const ways = wires(pair).map(({ from, pin, via, note }) => {
    return `${from} to ${pinName(pin)}${via ? ` through the ${via.part}` : ''}${note ? `, ${note}` : ''}`
  })
  return `From the pads of the display to the pins of the board: ${ways.join('; ')}.`
}

function titleOf({ board, display }: Pair): string {
  return `${board.name} and ${display.name}`
}

/** A pad that has a wire of its own to the board; the others are joined at the module. */
function isMain({ wire }: Arrival): boolean {
  return wire.pad.purpose !== 'logic'
}

/** The board stands either way up, and the module as high, as makes for the tidiest wires. */
function tidiest(pair: Pair): { placed: PlacedBoard; heights: number[]; routes: Routes } {
  const laid = wires(pair)
  const ways = [false, true].map((turned) => {
    const placed = placeBoard(pair.board, turned)
    const slots = laid.map(({ to }) => placed.slots.filter(({ label }) => label === to))
    const heights = padHeights(pair.display, clearestShift(pair, slots.flat()))
    const nets = laid.flatMap(({ pad }, index) =>
      pad.purpose === 'logic'
        ? []
        : [{ from: slots[index] ?? [], to: { x: moduleSides.left, y: heights[index] ?? 0 } }],
    )
    const { top, bottom } = placed
    const area = { ...boardSides, top: top - 6, bottom: bottom + 6, gap: WIRE_GAP }
    const routes = route(nets, area)
    return { placed, heights, routes, cost: routes.cost + (turned ? TURNED : 0) }
  })
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best))
}

/** How far the module moves so that no wire arrives at the height at which another leaves. */
function clearestShift({ display }: Pair, slots: readonly { y: number }[]): number {
  const room = (shift: number) =>
    Math.min(
      ...padHeights(display, shift).flatMap((pad) => slots.map(({ y }) => Math.abs(pad - y))),
    )
  const shifts = Array.from({ length: 15 }, (_, index) => index - 7)
  return shifts.reduce((best, shift) => (room(shift) > room(best) ? shift : best))
}

function slotAt({ slots }: PlacedBoard, { to }: Wire, start: Point | undefined): string {
  const found = slots.find(
    ({ label, side, y }) => label === to && boardSides[side] === start?.x && y === start.y,
  )
  return found ? slotKey(found) : ''
}

/** The white edge makes a bridge where a wire crosses another. */
function drawWire({ pad }: Wire, path: readonly Point[]): string[] {
  const line = { fill: 'none', 'stroke-linejoin': 'round' }
  const thick = pad.purpose === 'supply' || pad.purpose === 'ground' ? 2.8 : 2.2
  return [
    polyline(path, { ...line, stroke: '#ffffff', 'stroke-width': 7 }),
    polyline(path, { ...line, stroke: colours[pad.purpose], 'stroke-width': thick }),
  ]
}

/** From the second supply pad to the first, where a module has one. */
function drawJumper(arrivals: readonly Arrival[]): string[] {
  const logic = arrivals.find(({ wire }) => wire.pad.purpose === 'logic')
  const supply = arrivals.find(({ wire }) => wire.pad.purpose === 'supply')
  if (logic === undefined || supply === undefined) return []
  const { left } = moduleSides
  const x = left - 14
  const path = [
    { x: left, y: logic.y },
    { x, y: logic.y },
    { x, y: supply.y },
  ]
  return [
    polyline(path, {
      fill: 'none',
      stroke: colours.logic,
      'stroke-width': 2,
      'stroke-dasharray': '4 3',
    }),
    dot({ x, y: supply.y }, colours.supply),
    text({ x: left - 20, y: logic.y + 3.5 }, 'if there is one', {
      'text-anchor': 'end',
      'font-size': 10,
      fill: INK,
    }),
  ]
}

/** What a wire carries, above its end at the display. */
function drawName({ wire: { pad }, y }: Arrival, { board, display }: Pair): string[] {
  if (pad.purpose === 'ground') return []
  const name =
    pad.purpose === 'supply'
      ? `${supplyVolts(board, display)} V`
      : display.bus === 'i2c'
        ? pad.purpose.toUpperCase()
        : pad.purpose
  return [
    text({ x: moduleSides.left - 20, y: y - 5 }, name, {
      'text-anchor': 'end',
      'font-size': 10.5,
      'font-weight': 'bold',
      fill: colours[pad.purpose],
    }),
  ]
}

function hint({ usb }: PlacedBoard): string {
  return `Board seen from above, USB at the ${usb}; display seen from the front.`
}
