import { listenError } from '../listen-error.ts'
import { command, ended } from './command.ts'

export const board = command({
  name: 'board',
  summary:
    'a virtual board: Firmata over TCP, with a MAX7219 that shows its digits in the terminal',
  settings: ['host', 'boardPort', 'pins', 'json'],
  async run({ host, boardPort, pins, json }, world) {
    const { startVirtualBoard } = await import('../hardware/virtual/firmata-board.ts')
    const { Max7219 } = await import('../hardware/virtual/max7219.ts')
    const { createPanel } = await import('../hardware/virtual/panel.ts')
    const chip = new Max7219(pins)
    const virtual = await startVirtualBoard({ host, port: boardPort, chips: [chip] }).catch(
      (error: NodeJS.ErrnoException) => {
        throw listenError(error, host, boardPort)
      },
    )
    const header = `virtual board at tcp:${host}:${virtual.port}`
    const panel = createPanel({ out: world.stdout, json, now: () => new Date(), header })
    world.log.info(header)
    virtual.onDisplay((display) => panel.show(display))
    panel.show(chip.display())
    await ended(world)
    panel.stop()
    await virtual.close()
  },
})
