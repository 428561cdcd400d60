import { segmentsOf } from '../face/font.ts'
import { cellsText, type Frame } from '../face/frame.ts'
import { createPanel } from './panel.ts'
import type { Screen } from './screen.ts'

/** The digits in the terminal, without any board. */
export function terminalScreen(
  out: NodeJS.WriteStream,
  options: { log: NodeJS.WriteStream; caption: string; term: string | undefined },
): Screen {
  const panel = createPanel({ out, json: false, now: () => new Date(), ...options })
  const show = ({ cells, on, intensity }: Frame) => {
    const segments = cells.map((cell) => segmentsOf(cell))
    panel.show({ text: cellsText(cells), segments, on, intensity })
  }
  return {
    start: () => undefined,
    show,
    async stop(farewell) {
      if (farewell !== undefined) show(farewell)
      panel.stop()
    },
  }
}
