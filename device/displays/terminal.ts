import { createPanel } from '../../hardware/virtual/panel.ts'
import type { Frame } from '../face/frame.ts'
import type { Screen } from '../screen.ts'

/** The digits in the terminal, without any board. */
export function terminalScreen(out: NodeJS.WriteStream): Screen {
  const panel = createPanel({ out, json: false, now: () => new Date() })
  const show = (frame: Frame) => panel.show({ ...frame, segments: [...frame.segments] })
  return {
    start: () => undefined,
    show,
    async stop(farewell) {
      if (farewell !== undefined) show(farewell)
      panel.stop()
    },
  }
}
