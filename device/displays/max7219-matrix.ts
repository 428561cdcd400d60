import { condensed, type DotFont, dotsOf, looksLike, wide } from '../face/dot-font.ts'
import type { Cell } from '../face/frame.ts'
import type { Display } from './driver.ts'
import { chainControl, chainTransfer, DIGIT_0 } from './max7219-chain.ts'
import { chipDot } from './module-wiring.ts'
import { positionsOf } from './places.ts'

const usualModules = 4
/** Columns of a module, rows of it, and digits of its chip. */
const side = 8
/** What an owner wants to read exactly: figures that are broad are taken where so many of them fit. */
const wantedDigits = 8

/**
 * A chain of 8x8 modules with a MAX7219 each. On the usual ones the chip nearest to the board is the rightmost.
 * A register is a line of dots through a module, and one transfer sets that line of all modules at one
 * instant. The chip cannot be read, so all of its state is written.
 */
export const max7219Matrix = {
  id: 'max7219-matrix',
  bus: 'spi',
  digits: wantedDigits,
  points: () => true,
  open({
    modules = usualModules,
    digits = usualDigits(modules * side),
    points = true,
    digitOrder,
    moduleWiring = 'fc16',
  }) {
    const columns = modules * side
    const font = fontFor(columns, digits)
    const fromRight = Array.from({ length: modules }, (_, module) => modules - 1 - module)
    const chips = positionsOf(modules, digitOrder ?? fromRight, 'modules')
    const places = Array.from({ length: digits }, (_, place) => place)
    const pitch = font.width + 1
    const margin = columns - digits * pitch
    /** What of each column a line sets. */
    const masks = Array.from({ length: side }, (_, line) => maskOf(line))

    return {
      digits,
      points,
      registers({ cells }) {
        const lines = Array.from({ length: side }, () => Array<number>(modules).fill(0))
        for (const [column, dots] of dotsOfCells(cells).entries()) {
          for (let row = 0; row < side; row += 1) {
            if (((dots >> row) & 1) === 0) continue
            const { digit, bit } = chipDot(moduleWiring, column % side, row)
            const chip = chips[Math.floor(column / side)] ?? 0
            const line = lines[digit]
            if (line !== undefined) line[chip] = (line[chip] ?? 0) | (1 << bit)
          }
        }
        return lines.map((bytes) => ({ places, bytes }))
      },
      write: (line, { bytes }) => chainTransfer(DIGIT_0 + line, bytes),
      lineOrder(shown, wanted) {
        const [from, to] = [dotsOfCells(shown), dotsOfCells(wanted)]
        const downwards = [...masks.keys()]
        return [downwards, downwards.toReversed()].find((order) =>
          places.every((place) => {
            const figures = [shown[place], wanted[place]].map(figureOf)
            return !looksAbove(order, dotsAt(from, place), dotsAt(to, place), place, figures)
          }),
        )
      },
      ...chainControl(modules, side),
    }

    /** Right-aligned. */
    function dotsOfCells(cells: readonly Cell[]): number[] {
      const dots = cells.flatMap((cell) =>
        dotsOf('chase' in cell || points ? cell : { ...cell, point: false }, font),
      )
      return [...Array<number>(margin).fill(0), ...dots]
    }

    function dotsAt(dots: readonly number[], place: number): readonly number[] {
      const from = margin + place * pitch
      return dots.slice(from, from + font.width)
    }

    /** Whether a figure looks like one above both while its lines come in an order. */
    function looksAbove(
      order: readonly number[],
      from: readonly number[],
      to: readonly number[],
      place: number,
      figures: readonly number[],
    ): boolean {
      const first = margin + place * pitch
      let dots = from
      return order.some((line) => {
        const mask = masks[line] ?? []
        dots = dots.map((column, x) => {
          const set = mask[(first + x) % side] ?? 0
          return (column & ~set) | ((to[x] ?? 0) & set)
        })
        return looksLike(dots, font, [from, to]).some((figure) => figure > Math.max(...figures))
      })
    }

    function maskOf(line: number): number[] {
      return Array.from({ length: side }, (_, column) => {
        let mask = 0
        for (let row = 0; row < side; row += 1) {
          if (chipDot(moduleWiring, column, row).digit === line) mask |= 1 << row
        }
        return mask
      })
    }
  },
} as const satisfies Display

function usualDigits(columns: number): number {
  const broad = Math.floor(columns / (wide.width + 1))
  return broad >= wantedDigits ? broad : Math.floor(columns / (condensed.width + 1))
}

function fontFor(columns: number, digits: number): DotFont {
  const font = [wide, condensed].find(({ width }) => digits * (width + 1) <= columns)
  if (font !== undefined) return font
  const most = Math.floor(columns / (condensed.width + 1))
  throw new RangeError(
    `--digits: ${digits} do not fit on ${columns / side} modules of 8 columns; there is room for ${most}`,
  )
}

/** What is no figure claims nothing. */
function figureOf(cell: Cell | undefined): number {
  return cell !== undefined && 'character' in cell && /\d/.test(cell.character)
    ? Number(cell.character)
    : 0
}
