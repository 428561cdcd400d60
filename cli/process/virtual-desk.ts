import { listenError } from '../../common/listen-error.ts'
import type { DisplayId } from '../../device/displays/index.ts'
import type { PanelOutput } from '../../device/screens/panel.ts'
import type { Appearance } from '../../hardware/virtual/appearance.ts'
import type { ChipOptions } from '../../hardware/virtual/chips.ts'
import type { DisplayChip } from '../../hardware/virtual/pins.ts'
import type { TcpBoard, TcpBoardOptions } from '../../hardware/virtual/tcp-board.ts'

export interface VirtualDeskOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly display: DisplayId
  readonly chips: ChipOptions
  /** What a simulated ATmega328P is to run, in place of an imitation of StandardFirmata. */
  readonly program?: Uint8Array | undefined
  readonly out: PanelOutput
  readonly json: boolean
  /** A line above the digits, given the port. */
  readonly header?: (port: number) => string
  /** A line below them: what is counted. */
  readonly caption?: string
}

export interface VirtualDesk {
  readonly port: number
  stop(): Promise<void>
}

/** A virtual board with a display, whose digits are shown on a text stream. */
export async function startVirtualDesk(options: VirtualDeskOptions): Promise<VirtualDesk> {
  const { host, port, out, json, header, program } = options
  const { createPanel } = await import('../../device/screens/panel.ts')
  const { joinDisplays } = await import('../../hardware/virtual/appearance.ts')
  const { segmentsText } = await import('../../hardware/virtual/seven-segment.ts')
  const { dotsText } = await import('../../device/face/dot-font.ts')
  const { segments14Text } = await import('../../device/face/fourteen-font.ts')
  const { virtualChips } = await import('../../hardware/virtual/chips.ts')
  const chips = virtualChips[options.display](options.chips)
  const board = await startBoard({ host, port, chips }, program).catch(
    (error: NodeJS.ErrnoException) => {
      throw listenError(error, host, port)
    },
  )
  const panel = createPanel({
    out,
    json,
    now: () => new Date(),
    log: process.stderr,
    term: process.env['TERM'],
    caption: options.caption ?? '',
    ...(header === undefined ? {} : { header: header(board.port) }),
  })
  const textOf = (display: Appearance) => {
    if ('columns' in display) return dotsText(display.columns)
    return 'segments14' in display ? segments14Text(display.segments14) : segmentsText(display)
  }
  const show = () => {
    const display = joinDisplays(chips.map((chip: DisplayChip) => chip.display()))
    panel.show({ text: textOf(display), ...display })
  }
  board.onDisplay(show)
  show()
  return {
    port: board.port,
    async stop() {
      panel.stop()
      await board.close()
    },
  }
}

async function startBoard(
  options: TcpBoardOptions,
  program: Uint8Array | undefined,
): Promise<TcpBoard> {
  if (program === undefined) {
    const { startVirtualBoard } = await import('../../hardware/virtual/firmata-board.ts')
    return startVirtualBoard(options)
  }
  const { startSimulatedUno } = await import('../../hardware/virtual/simulated-uno.ts')
  return startSimulatedUno({ ...options, program })
}
