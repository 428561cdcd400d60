import { type Cell, chaseSteps } from './frame.ts'

/** Rows of a figure; the row below them is for points. */
const figureRows = 7
const pointRow = 1 << figureRows

/** A font of dots. Its figures are all of one width, with a column between that only a point lights. */
export interface DotFont {
  /** Columns of a figure, without the one that follows it. */
  readonly width: number
  /** Of each character its columns, the left one first; bit 0 is the top row. */
  readonly glyphs: Readonly<Record<string, readonly number[]>>
}

/** Figures that are read from across a room. */
export const wide = font(
  5,
  '0123456789-',
  `
  .###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. .....
  #...# .##.. #...# ....# ..##. #.... .#... ....# #...# #...# .....
  #...# ..#.. ....# ...#. .#.#. ####. #.... ...#. #...# #...# .....
  #...# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .#### #####
  #...# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....# .....
  #...# ..#.. .#... #...# ...#. #...# #...# ..#.. #...# ...#. .....
  .###. .###. ##### .###. ...#. .###. .###. ..#.. .###. .##.. .....`,
  'AbCcdEFHhJLn',
  `
  ..#.. #.... .###. ..... ....# ##### ##### #...# #.... ..### #.... .....
  .#.#. #.... #...# ..... ....# #.... #.... #...# #.... ...#. #.... .....
  #...# ####. #.... .###. .#### #.... #.... #...# ####. ...#. #.... ####.
  #...# #...# #.... #.... #...# ####. ####. ##### #...# ...#. #.... #...#
  ##### #...# #.... #.... #...# #.... #.... #...# #...# ...#. #.... #...#
  #...# #...# #...# #.... #...# #.... #.... #...# #...# #..#. #.... #...#
  #...# ####. .###. .###. .#### ##### #.... #...# #...# .##.. ##### #...#`,
  'oPrtUuy_°',
  `
  ..... ####. ..... .#... #...# ..... ..... ..... .##..
  ..... #...# ..... .#... #...# ..... ..... ..... #..#.
  .###. #...# #.##. ####. #...# #...# #...# ..... #..#.
  #...# ####. ##..# .#... #...# #...# #...# ..... .##..
  #...# #.... #.... .#... #...# #...# .#### ..... .....
  #...# #.... #.... .#..# #...# #...# ....# ..... .....
  .###. #.... #.... ..##. .###. .#### .###. ##### .....`,
)

/** Figures of which eight stand on four modules. */
export const condensed = font(
  3,
  '0123456789-',
  `
  .#. .#. ##. ##. #.. ### .## ### .#. ##. ...
  #.# ##. ..# ..# #.. #.. #.. ..# #.# #.# ...
  #.# .#. ..# ..# #.# #.. #.. ..# #.# #.# ...
  #.# .#. .#. .#. #.# ##. ##. .#. .#. .## ###
  #.# .#. #.. ..# ### ..# #.# .#. #.# ..# ...
  #.# .#. #.. ..# ..# ..# #.# .#. #.# ..# ...
  .#. ### ### ##. ..# ##. .#. .#. .#. ##. ...`,
  'AbCcdEFHhJLn',
  `
  .#. #.. .## ... ..# ### ### #.# #.. .## #.. ...
  #.# #.. #.. ... ..# #.. #.. #.# #.. ..# #.. ...
  #.# ##. #.. .## .## #.. #.. #.# ##. ..# #.. ##.
  ### #.# #.. #.. #.# ### ### ### #.# ..# #.. #.#
  #.# #.# #.. #.. #.# #.. #.. #.# #.# ..# #.. #.#
  #.# #.# #.. #.. #.# #.. #.. #.# #.# #.# #.. #.#
  #.# ##. .## .## .## ### #.. #.# #.# .#. ### #.#`,
  'oPrtUuy_°',
  `
  ... ##. ... .#. #.# ... ... ... ###
  ... #.# ... .#. #.# ... ... ... #.#
  .#. #.# #.# ### #.# #.# #.# ... ###
  #.# ##. ##. .#. #.# #.# #.# ... ...
  #.# #.. #.. .#. #.# #.# .## ... ...
  #.# #.. #.. .#. #.# #.# ..# ... ...
  .#. #.. #.. ..# ### .## .#. ### ...`,
)

/**
 * The columns of a cell, and of what follows it.
 *
 * @throws RangeError for a character that the font does not have
 */
export function dotsOf(cell: Cell, { width, glyphs }: DotFont): readonly number[] {
  if ('chase' in cell) return [...chaseDots(cell.chase % chaseSteps, width), 0]
  const glyph = glyphs[cell.character]
  if (glyph === undefined) throw new RangeError(`no glyph for "${cell.character}"`)
  return [...glyph, cell.point ? pointRow : 0]
}

/**
 * The characters that stand in columns of dots, right-aligned, and a '.' after one whose point is lit.
 * '?' is a picture that is no character.
 */
export function dotsText(columns: readonly number[]): string {
  const texts = [wide, condensed].map((each) => textIn(columns, each))
  const [best = ''] = texts.toSorted((a, b) => unknown(a) - unknown(b))
  return best
}

/** The same where the font is known. */
export function textIn(columns: readonly number[], { width, glyphs }: DotFont): string {
  const pitch = width + 1
  const margin = columns.length % pitch
  return Array.from({ length: Math.floor(columns.length / pitch) }, (_, place) => {
    const from = margin + place * pitch
    const own = columns.slice(from, from + width)
    const point = columns[from + width] === pointRow
    const isKnown = point || columns[from + width] === 0
    const found = Object.entries(glyphs).find(([, glyph]) =>
      glyph.every((dots, x) => dots === own[x]),
    )
    return (isKnown ? (found?.[0] ?? '?') : '?') + (point ? '.' : '')
  }).join('')
}

/** Dots by which a figure may differ and still be taken for it. */
const mostAstray = 2

/** The figures that one on its way from one to another is taken for: it is nearer to them than to both. */
export function looksLike(
  dots: readonly number[],
  { glyphs }: DotFont,
  between: readonly (readonly number[])[],
): number[] {
  const near = Math.min(...between.map((each) => dotsApart(dots, each)))
  return Array.from({ length: 10 }, (_, figure) => figure).filter((figure) => {
    const apart = dotsApart(dots, glyphs[figure] ?? [])
    return apart < near && apart <= mostAstray
  })
}

function dotsApart(a: readonly number[], b: readonly number[]): number {
  let apart = 0
  for (const [x, column] of a.entries()) {
    for (let dots = column ^ (b[x] ?? 0); dots > 0; dots >>= 1) apart += dots & 1
  }
  return apart
}

function unknown(text: string): number {
  return text.split('?').length - 1
}

/** The bars around a figure, clockwise from the top, as dots. */
function chaseDots(step: number, width: number): number[] {
  const [top, bottom] = [0b1, 1 << (figureRows - 1)]
  const [upper, lower] = [0b000_1111, 0b111_1000]
  const right = (dots: number) => [...Array<number>(width - 1).fill(0), dots]
  const left = (dots: number) => [dots, ...Array<number>(width - 1).fill(0)]
  const all = (dots: number) => Array<number>(width).fill(dots)
  const bars = [all(top), right(upper), right(lower), all(bottom), left(lower), left(upper)]
  return bars[step] ?? []
}

/** A font from its picture: pairs of the characters and what they look like, side by side. */
function font(width: number, ...strips: readonly string[]): DotFont {
  const glyphs: Record<string, readonly number[]> = { ' ': Array<number>(width).fill(0) }
  for (let strip = 0; strip < strips.length; strip += 2) {
    const rows = (strips[strip + 1] ?? '')
      .trim()
      .split('\n')
      .map((row) => row.trim().split(' '))
    for (const [at, character] of [...(strips[strip] ?? '')].entries()) {
      glyphs[character] = Array.from({ length: width }, (_, x) =>
        rows.reduce((dots, row, y) => (row[at]?.[x] === '#' ? dots | (1 << y) : dots), 0),
      )
    }
  }
  return { width, glyphs }
}
