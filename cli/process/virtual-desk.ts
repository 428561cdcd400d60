import { listenError } from '../../common/listen-error.ts'
import type { DisplaySetting } from '../../device/displays/index.ts'
import type { DisplayChip } from '../../hardware/virtual/pins.ts'

export interface VirtualDeskOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly display: Pick<DisplaySetting, 'chip' | 'digits' | 'addresses'>
  readonly pins: { readonly data: number; readonly clock: number; readonly cs: number }
  readonly out: NodeJS.WriteStream
  readonly json: boolean
  /** A line above the digits, given the port. */
  readonly header?: (port: number) => string
}

export interface VirtualDesk {
  readonly port: number
  stop(): Promise<void>
}

/** A virtual board with a display, whose digits are shown on a text stream. */
export async function startVirtualDesk(options: VirtualDeskOptions): Promise<VirtualDesk> {
  const { host, port, out, json, header } = options
  const { startVirtualBoard } = await import('../../hardware/virtual/firmata-board.ts')
  const { createPanel } = await import('../../hardware/virtual/panel.ts')
  const { joinDisplays } = await import('../../hardware/virtual/seven-segment.ts')
  const chips = await chipsOf(options)
  const board = await startVirtualBoard({ host, port, chips }).catch(
    (error: NodeJS.ErrnoException) => {
      throw listenError(error, host, port)
    },
  )
  const panel = createPanel({
    out,
    json,
    now: () => new Date(),
    ...(header === undefined ? {} : { header: header(board.port) }),
  })
  const show = () => panel.show(joinDisplays(chips.map((chip) => chip.display())))
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

async function chipsOf({ display, pins }: VirtualDeskOptions): Promise<DisplayChip[]> {
  switch (display.chip) {
    case 'max7219': {
      const { chainMax7219 } = await import('../../hardware/virtual/max7219.ts')
      return chainMax7219(pins, Math.ceil((display.digits ?? 8) / 8))
    }
    case 'ht16k33': {
      const { Ht16k33 } = await import('../../hardware/virtual/ht16k33.ts')
      return display.addresses.map((address) => new Ht16k33({ address }))
    }
    case 'tm1637': {
      const { Tm1637 } = await import('../../hardware/virtual/tm1637.ts')
      const six = display.digits === 6
      return [new Tm1637(pins, six ? { digits: 6, gridOrder: [3, 2, 1, 6, 5, 4] } : {})]
    }
  }
}
