import { drawDots } from './dot-drawing.ts'
import { drawSegments } from './segment-drawing.ts'
import { drawSegments14 } from './segment14-drawing.ts'

/** What is to be seen on a display. */
type Picture = {
  /** One character for each digit, and a '.' behind one whose point is lit. */
  readonly text: string
  readonly on: boolean
  readonly intensity: number
} & Lamps

type Lamps =
  /** One byte a digit, leftmost first; bits 7..0 are DP A B C D E F G. */
  | { readonly segments: readonly number[] }
  /** Bits 14..0 of a digit are DP N M L K J H G2 G1 F E D C B A. */
  | { readonly segments14: readonly number[] }
  /** One byte a column of dots, leftmost first; bit 0 is the top row. */
  | { readonly columns: readonly number[] }

type PanelOptions = {
  /** Where the display is shown, as `process.stdout`. */
  out: PanelOutput
  /** Where the log goes, whose lines stand above the face where both are in one terminal. */
  log?: PanelOutput
  /** One JSON object a line, for programs. */
  json: boolean
  now: () => Date
  /** The line above the face on a terminal, such as the address of the board. */
  header?: string
  /** The line below it: what is counted. */
  caption?: string
  /** The kind of terminal, as the variable TERM has it. */
  term?: string | undefined
}

export interface PanelOutput {
  write(text: string): unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
  hasColors?(): boolean
}

export type Panel = {
  show(picture: Picture): void
  /** Gives the terminal back as it was. */
  stop(): void
}

// ECMA-48 control sequences.
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const ERASE_TO_LINE_END = '\x1b[K'
const ERASE_TO_SCREEN_END = '\x1b[J'
const RED = '\x1b[31m'
const FAINT = '\x1b[2m'
const BOLD = '\x1b[1m'
const NORMAL = '\x1b[0m'
const up = (lines: number) => `\x1b[${lines}A`

/** Shows a display as JSON lines, drawn on a terminal, or as plain lines, as `out` allows. */
export function createPanel(options: PanelOptions): Panel {
  const { out, json, now, term } = options
  if (json) return jsonPanel(out, now)
  return out.isTTY && term !== 'dumb' ? terminalPanel(options) : plainPanel(out)
}

function jsonPanel(out: PanelOptions['out'], now: () => Date): Panel {
  return {
    show(picture) {
      const { text, on, intensity } = picture
      const lamps = lampsOf(picture)
      const at = now().toISOString()
      out.write(`${JSON.stringify({ event: 'display', text, ...lamps, on, intensity, at })}\n`)
    },
    stop() {},
  }
}

function plainPanel(out: PanelOptions['out']): Panel {
  let shownIntensity: number | undefined
  return {
    show({ text, on, intensity }) {
      const brightness = intensity === shownIntensity ? '' : `  intensity ${intensity}`
      shownIntensity = intensity
      out.write(`${on ? text : 'off'}${brightness}\n`)
    },
    stop() {},
  }
}

function terminalPanel({ out, log, header = '', caption = '' }: PanelOptions): Panel {
  /** Lines of what is drawn now. */
  let drawn: readonly string[] | undefined
  const draw = (lines: readonly string[]) => {
    out.write(lines.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join(''))
  }
  const logWrite = log?.write
  const shares = log?.isTTY === true && logWrite !== undefined
  if (shares) {
    log.write = (...chunk: Parameters<typeof logWrite>) => {
      if (drawn === undefined) return logWrite.apply(log, chunk)
      out.write(up(drawn.length) + ERASE_TO_SCREEN_END)
      const written = logWrite.apply(log, chunk)
      draw(drawn)
      return written
    }
  }
  return {
    show(picture) {
      const columns = out.columns ?? Number.POSITIVE_INFINITY
      const colour = out.hasColors?.() ? RED : ''
      const lines = [
        header.slice(0, columns),
        ...face(picture, columns, colour),
        ...(caption === '' ? [] : [caption.slice(0, columns)]),
      ]
      out.write(drawn === undefined ? HIDE_CURSOR : up(drawn.length))
      drawn = lines
      draw(lines)
    },
    stop() {
      if (drawn !== undefined) out.write(SHOW_CURSOR)
      drawn = undefined
      if (shares) log.write = logWrite
    },
  }
}

/** Always as many rows, so that one drawing covers the one before. */
function face(picture: Picture, columns: number, colour: string): string[] {
  const { text, on, intensity } = picture
  const drawings = drawingsOf(picture)
  const fitting = drawings.find((rows) => rows.every((row) => row.length <= columns))
  const shown = on
    ? (fitting ?? [text]).map((row) => brightness(intensity) + colour + row + NORMAL)
    : ['(display off)']
  const height = Math.max(...drawings.map((rows) => rows.length))
  return Array.from({ length: height }, (_, row) => shown[row] ?? '')
}

/** From the broadest to the narrowest. */
function drawingsOf(lamps: Lamps): string[][] {
  if ('columns' in lamps) return drawDots(lamps.columns)
  return ['segments14' in lamps ? drawSegments14(lamps.segments14) : drawSegments(lamps.segments)]
}

/** Of a picture no more than what is lit. */
function lampsOf(picture: Lamps): Lamps {
  if ('columns' in picture) return { columns: picture.columns }
  if ('segments14' in picture) return { segments14: picture.segments14 }
  return { segments: picture.segments }
}

/** A terminal has three brightnesses for the chip's sixteen. */
function brightness(intensity: number): string {
  if (intensity < 4) return FAINT
  return intensity < 12 ? '' : BOLD
}
