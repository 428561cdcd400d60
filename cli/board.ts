import { command, ended } from './command.ts'
import { chipOf, wiringOf } from './device.ts'
import { keepSmall } from './small-footprint.ts'
import { startVirtualDesk } from './virtual-desk.ts'

export const board = command({
  name: 'board',
  summary:
    'a virtual board: Firmata over TCP, with a display that shows its digits in the terminal',
  settings: ['host', 'boardPort', 'display', 'digits', 'addresses', 'pins', 'json'],
  async run({ host, boardPort, display, digits, addresses, pins, json }, world) {
    keepSmall()
    const chip = chipOf(display)
    const wiring = await wiringOf({ kind: 'tcp', host, port: boardPort }, chip, pins)
    const header = (port: number) => `virtual board at tcp:${host}:${port}`
    const desk = await startVirtualDesk({
      ...{ host, port: boardPort, pins: wiring.pins, out: world.stdout, json, header },
      display: { chip, digits, addresses },
    })
    if (!world.stdout.isTTY) world.log.info(header(desk.port))
    await ended(world)
    await desk.stop()
  },
})
