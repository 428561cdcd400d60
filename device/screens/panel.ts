import { drawSegments } from './segment-drawing.ts'

/** What is to be seen on a display. */
interface Picture {
  /** One character for each digit, and a '.' behind one whose point is lit. */
  readonly text: string
  /** One byte a digit, leftmost first; bits 7..0 are DP A B C D E F G. */
  readonly segments: readonly number[]
  readonly on: boolean
  readonly intensity: number
}

type PanelOptions = {
  /** Where the display is shown, as `process.stdout`. */
  out: { write(text: string): unknown; isTTY?: boolean | undefined; columns?: number | undefined }
  /** One JSON object a line, for programs. */
  json: boolean
  now: () => Date
  /** The line above the face on a terminal, such as the address of the board. */
  header?: string
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
const FAINT = '\x1b[2m'
const BOLD = '\x1b[1m'
const NORMAL = '\x1b[0m'
const up = (lines: number) => `\x1b[${lines}A`

const FACE_ROWS = 5

/** Shows a display as JSON lines, drawn on a terminal, or as plain lines, as `out` allows. */
export function createPanel({ out, json, now, header = '' }: PanelOptions): Panel {
  if (json) return jsonPanel(out, now)
  return out.isTTY ? terminalPanel(out, header) : plainPanel(out)
}

function jsonPanel(out: PanelOptions['out'], now: () => Date): Panel {
  return {
    show({ text, segments, on, intensity }) {
      const at = now().toISOString()
      out.write(`${JSON.stringify({ event: 'display', text, segments, on, intensity, at })}\n`)
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

function terminalPanel(out: PanelOptions['out'], header: string): Panel {
  let drawn = false
  return {
    show(picture) {
      const columns = out.columns ?? Number.POSITIVE_INFINITY
      const lines = [header.slice(0, columns), ...face(picture, columns)]
      const home = drawn ? up(lines.length) : HIDE_CURSOR
      drawn = true
      out.write(home + lines.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join(''))
    },
    stop() {
      if (drawn) out.write(SHOW_CURSOR)
      drawn = false
    },
  }
}

/** Always as many rows, so that one drawing covers the one before. */
function face({ text, segments, on, intensity }: Picture, columns: number): string[] {
  const drawing = drawSegments(segments)
  const fits = drawing.every((row) => row.length <= columns)
  const rows = fits ? drawing : [text]
  const shown = on ? rows.map((row) => brightness(intensity) + row + NORMAL) : ['(display off)']
  return Array.from({ length: FACE_ROWS }, (_, row) => shown[row] ?? '')
}

/** A terminal has three brightnesses for the chip's sixteen. */
function brightness(intensity: number): string {
  if (intensity < 4) return FAINT
  return intensity < 12 ? '' : BOLD
}
