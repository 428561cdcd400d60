/** What one place of a display shows. */
export type Cell =
  | { readonly character: string; readonly point: boolean }
  /** A step of the celebration, from 0: the light that runs around the place, clockwise from its top. */
  | { readonly chase: number }

/** What a display shows. Which segments or dots that lights is its driver's affair. */
export interface Frame {
  /** One for each place, leftmost first. */
  readonly cells: readonly Cell[]
  /**
   * Where two counts stand side by side, the place that begins the second: a gap, which is always dark. Each is
   * a number of its own.
   */
  readonly secondAt?: number | undefined
  /** Step of brightness, 0 the dimmest that is still lit; chips with fewer than 16 clamp it. */
  readonly intensity: number
  /** Dark as a whole, which is not the same as the dimmest step. */
  readonly on: boolean
  /**
   * The number without and with the sign that it is old, for a board that shows it when it no longer hears
   * from us. These cells and the point at their right end when undefined.
   */
  readonly number?: { readonly fresh: readonly Cell[]; readonly old: readonly Cell[] }
}

/** Steps of the celebration around one place. */
export const chaseSteps = 6

export const blank: Cell = { character: ' ', point: false }

/**
 * A text as cells; a point shares the place of the character before it.
 *
 * @throws RangeError for a point with nothing before it
 */
export function toCells(text: string): Cell[] {
  const cells: Cell[] = []
  for (const character of text) {
    const before = cells.at(-1)
    if (character !== '.') cells.push({ character, point: false })
    else if (before === undefined) throw new RangeError(`nothing before the point of "${text}"`)
    else cells[cells.length - 1] = withPoint(before)
  }
  return cells
}

/** The cell with its point lit; a step of the celebration has none. */
export function withPoint(cell: Cell): Cell {
  return 'chase' in cell ? cell : { ...cell, point: true }
}

/** With the rightmost point lit: the number is old. */
export function withSign(cells: readonly Cell[]): readonly Cell[] {
  const last = cells.at(-1)
  return last === undefined ? cells : cells.with(-1, withPoint(last))
}

/** Cells as text, for people; a step of the celebration is a blank. */
export function cellsText(cells: readonly Cell[]): string {
  return cells
    .map((cell) => ('chase' in cell ? ' ' : cell.character + (cell.point ? '.' : '')))
    .join('')
}

/** Whether two cells look the same. */
export function sameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if ('chase' in a) return 'chase' in b && a.chase === b.chase
  return !('chase' in b) && a.character === b.character && a.point === b.point
}
