/** Where text for people goes: a terminal, or a pipe. */
export interface TextOut {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

const usualColumns = 80
const leastColumns = 40

/** How wide lines may be: as the terminal, else as is usual. */
export function columnsOf({ columns }: TextOut): number {
  return Math.max(leastColumns, columns || usualColumns)
}

/**
 * Text in lines of at most `columns`, broken between words; a longer word, such as a path, stays whole.
 *
 * @param hanging how far lines from the second on are indented
 */
export function wrap(text: string, columns: number, hanging = 0): string {
  const lines: string[] = []
  let line = ''
  // Spaces that align something stay with the word before them.
  for (const word of text.match(/^ *\S+ *|\S+ */g) ?? []) {
    if (line !== '' && (line + word).trimEnd().length > columns) {
      lines.push(line.trimEnd())
      line = ' '.repeat(hanging)
    }
    line += word
  }
  return [...lines, line.trimEnd()].join('\n')
}

// ECMA-48, SGR.
const codes = { green: 32, yellow: 33, red: 31, bold: 1 } as const

/** Colours where there are any: no-color.org, and terminals that say that they have none. */
export function painter(
  { isTTY }: TextOut,
  env: Readonly<Record<string, string | undefined>>,
): (colour: keyof typeof codes, text: string) => string {
  const hasColours = isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return (colour, text) => (hasColours ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text)
}
