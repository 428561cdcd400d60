import { blank, type Cell, type Frame, sameCell } from '../face/frame.ts'

/**
 * The count that a person reads from cells, at most: blanks between figures count as zeros. A letter at
 * the left says of what it is the count, and is no part of it.
 *
 * @returns undefined where nobody can tell: a letter between figures, two points before an exponent
 */
export function countShown(cells: readonly Cell[]): number | undefined {
  const from = isLegend(cells[0]) ? 1 : 0
  const exponentAt = cells.findIndex((cell, i) => i >= from && characterOf(cell) === 'E')
  if (exponentAt < 0) return figuresOf(cells.slice(from))
  const mantissa = cells.slice(from, exponentAt)
  const figures = figuresOf(mantissa)
  const exponent = figuresOf(cells.slice(exponentAt + 1))
  const points = mantissa.flatMap((cell, i) => (hasPoint(cell) ? [i] : []))
  if (figures === undefined || exponent === undefined || points.length > 1) return undefined
  const decimals = mantissa.length - 1 - (points[0] ?? mantissa.length - 1)
  return figures * 10 ** (exponent - decimals)
}

/** The places of each number: two where counts stand side by side. */
function partsOf(count: number, secondAt: number | undefined): [from: number, to: number][] {
  if (secondAt === undefined) return [[0, count]]
  return [
    [0, secondAt],
    [secondAt, count],
  ]
}

/**
 * An order of steps in which no picture on the way claims more than the larger count, of two side by side each
 * of both. Of plain numbers there always is one: a rise from the right, so that its first figure comes last, a
 * fall from the left.
 *
 * @param steps the places that each of them takes from the one picture to the other
 * @param secondAt the place that begins the second of two counts
 * @returns the order of the steps, or undefined where there is none
 */
export function safeOrder(
  steps: readonly (readonly number[])[],
  shown: readonly Cell[],
  wanted: readonly Cell[],
  secondAt?: number,
): readonly number[] | undefined {
  const all = [...steps.keys()]
  if (all.length < 2) return all
  const numbers = partsOf(shown.length, secondAt).flatMap(([from, to]) => {
    const counts = [shown, wanted]
      .map((cells) => countShown(cells.slice(from, to)))
      .filter((count) => count !== undefined)
    // What is no number claims nothing.
    return counts.length === 0 ? [] : [{ from, to, most: Math.max(...counts) }]
  })
  if (numbers.length === 0) return all
  const places = steps.flat()
  // What several steps draw is half of the one and half of the other figure in between.
  if (new Set(places).size < places.length) return undefined
  const differing = steps.map((step) =>
    step.filter((place) => !sameCell(shown[place], wanted[place])),
  )
  const first = (step: number) => Math.min(...(differing[step] ?? []))
  const leftFirst = all.toSorted((a, b) => first(a) - first(b))
  const left = leftFirst.filter((step) => first(step) < (secondAt ?? 0))
  const right = leftFirst.filter((step) => !left.includes(step))
  const orders = [left.toReversed(), left].flatMap((one) =>
    [right.toReversed(), right].map((other) => [...one, ...other]),
  )
  return orders.find((order) => {
    const picture = [...shown]
    return order.slice(0, -1).every((step) => {
      for (const place of differing[step] ?? []) picture[place] = wanted[place] ?? blank
      return numbers.every(({ from, to, most }) => {
        const count = countShown(picture.slice(from, to))
        return count !== undefined && count <= most
      })
    })
  })
}

/**
 * The picture between two whose places change all at once: what falls has fallen, what rises stands as it was.
 * On the way to it, and from it, any mixture of both is at most the larger count.
 *
 * @param secondAt the place that begins the second of two counts
 * @returns undefined where it takes more than figures that fall and rise
 */
export function fallenFirst(
  shown: readonly Cell[],
  wanted: readonly Cell[],
  secondAt?: number,
): readonly Cell[] | undefined {
  if (secondAt !== undefined) {
    const parts = partsOf(shown.length, secondAt).map(([from, to]) =>
      fallenFirst(shown.slice(from, to), wanted.slice(from, to)),
    )
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined
  }
  const counts = [countShown(shown), countShown(wanted)]
  // What is no number claims nothing.
  if (counts.every((count) => count === undefined)) return wanted
  if (counts.includes(undefined)) return undefined
  const exponentAt = shown.findIndex((cell) => characterOf(cell) === 'E')
  const isPossible = shown.every((cell, place) => {
    const next = wanted[place] ?? blank
    if (exponentAt < 0) return isSameKind(cell, next)
    if (place >= exponentAt) return characterOf(cell) === characterOf(next)
    return isSameKind(cell, next) && hasPoint(cell) === hasPoint(next)
  })
  if (!isPossible) return undefined
  return shown.map((cell, place) => {
    const next = wanted[place] ?? blank
    return figureOf(next) <= figureOf(cell) ? next : cell
  })
}

/** Whether the letter at the left changes, and with it what the number counts. */
export function hasNewLegend(shown: Frame, frame: Frame): boolean {
  const [before, after] = [shown.cells[0], frame.cells[0]]
  return (isLegend(before) || isLegend(after)) && !sameCell(before, after)
}

/** The frame with a blank in place of its letter. */
export function withoutLegend(frame: Frame): Frame {
  return isLegend(frame.cells[0]) ? { ...frame, cells: frame.cells.with(0, blank) } : frame
}

function isLegend(cell: Cell | undefined): boolean {
  return cell !== undefined && !/[\d -]/.test(characterOf(cell))
}

/** A step of the celebration is no figure. */
function characterOf(cell: Cell): string {
  return 'chase' in cell ? ' ' : cell.character
}

/** The figure of a cell; what is none stands for a zero. */
function figureOf(cell: Cell): number {
  const character = characterOf(cell)
  return /\d/.test(character) ? Number(character) : 0
}

/** Whether both are figures, or what stands for a zero, or the same letter. */
function isSameKind(cell: Cell, next: Cell): boolean {
  const [a, b] = [characterOf(cell), characterOf(next)]
  return a === b || /^[\d -]{2}$/.test(a + b)
}

function hasPoint(cell: Cell): boolean {
  return 'point' in cell && cell.point
}

function figuresOf(cells: readonly Cell[]): number | undefined {
  let count = 0
  for (const cell of cells) {
    const character = characterOf(cell)
    if (!/[\d -]/.test(character)) return undefined
    count = 10 * count + (/\d/.test(character) ? Number(character) : 0)
  }
  return count
}
