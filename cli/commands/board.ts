import { UsageError } from '../../common/errors.ts'
import { command, ended } from '../command.ts'
import { chipOf, openDisplay, wiringOf } from '../display-at.ts'
import { programOf } from '../process/arduino-program.ts'
import { keepSmall } from '../process/footprint.ts'
import { startVirtualDesk } from '../process/virtual-desk.ts'

export const board = command({
  name: 'board',
  group: 'Hardware',
  example: 'visitor-counter board --display max7219',
  summary:
    'a virtual board: Firmata over TCP, with a display that shows its digits in the terminal; --cpu runs the firmware itself',
  settings: [
    'host',
    'port',
    'display',
    'digits',
    'modules',
    'moduleWiring',
    'addresses',
    'pins',
    'cpu',
    'hex',
    'json',
  ],
  async run(values, context) {
    const { host, port, display, digits, addresses, modules, moduleWiring } = values
    const { pins, cpu, hex, json } = values
    if (hex !== undefined && !cpu) throw new UsageError('--hex needs --cpu here')
    if (!cpu) keepSmall()
    const id = chipOf(display)
    // Only to say what is wrong with the settings: the board has chips, and no driver.
    const kinds = { digits, addresses, modules, moduleWiring }
    openDisplay(id, kinds)
    const wiring = await wiringOf({ kind: 'tcp', host, port }, id, pins)
    const program = cpu ? await programOf(hex) : undefined
    const kind = cpu ? 'simulated ATmega328P' : 'virtual board'
    const header = (taken: number) => `${kind} at tcp:${host}:${taken}`
    const desk = await startVirtualDesk({
      host,
      port,
      out: context.stdout,
      json,
      header,
      display: id,
      program,
      chips: { ...kinds, pins: wiring.pins },
    })
    if (!context.stdout.isTTY) context.log.info(header(desk.port))
    await ended(context)
    await desk.stop()
  },
})
