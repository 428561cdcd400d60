import type { TestContext } from 'node:test'
import { openFirmata } from '../../device/boards/firmata.ts'
import { Link } from '../../device/boards/link.ts'
import { tcpLink } from '../../device/boards/tcp.ts'
import { max7219 } from '../../device/displays/max7219.ts'
import { type Frame, toCells } from '../../device/face/frame.ts'
import { numberText } from '../../device/face/number.ts'
import { Max7219 } from '../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../hardware/virtual/seven-segment.ts'
import type { TcpBoard } from '../../hardware/virtual/tcp-board.ts'
import { type BoardKind, startBoard } from './boards.ts'
import { recordingLog } from './log.ts'

export const pins = { data: 2, clock: 3, cs: 4 }

export interface Desk {
  readonly board: TcpBoard
  readonly chip: Max7219
  /** What the digits show, `off` when they are dark. */
  text(): string
}

/** A number on eight digits. */
export function frame(value: number): Frame {
  return { cells: toCells(numberText(value, 8)), intensity: 3, on: true }
}

interface DeskOptions {
  readonly port?: number
  readonly announce?: boolean
  readonly kind?: BoardKind
}

/** A virtual board with a MAX7219, which ends with the test. */
export async function startDesk(
  t: TestContext,
  { port = 0, announce = false, kind = 'StandardFirmata' }: DeskOptions = {},
): Promise<Desk> {
  const chip = new Max7219(pins)
  const board = await startBoard(kind, { host: '127.0.0.1', port, chips: [chip], announce })
  t.after(() => board.close())
  const text = () => {
    const { on, segments } = chip.display()
    return on ? segmentsToText(segments) : 'off'
  }
  return { board, chip, text }
}

/** A link to the board at a port, as the device makes it, which ends with the test. */
export function startLink(t: TestContext, port: number) {
  const log = recordingLog()
  const link = new Link({
    open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', port), wiring, signal),
    wiring: { bus: 'spi', pins },
    display: max7219.open({}),
    now: Date.now,
    random: () => 0,
    log,
  })
  link.start()
  t.after(() => link.stop(undefined))
  return { link, log }
}
