const rows = 8
/** Two dots, one above the other. Key: the upper as bit 0, the lower as bit 1. */
const halves = [' ', '▀', '▄', '█'] as const

/**
 * Columns of 8 dots as rows of text in which only lit dots are visible: from the broadest drawing to the
 * narrowest.
 *
 * @param columns one byte each, leftmost first; bit 0 is the top row
 */
export function drawDots(columns: readonly number[]): string[][] {
  const row = (draw: (dots: number) => string) => columns.map(draw).join('')
  return [
    Array.from({ length: rows }, (_, y) =>
      row((dots) => ((dots >> y) & 1 ? '● ' : '  ')).slice(0, -1),
    ),
    Array.from({ length: rows / 2 }, (_, y) => row((dots) => halves[(dots >> (2 * y)) & 3] ?? ' ')),
  ]
}
