// Bytes, writes and time on the Firmata wire beside johnny-five's own Led.Digits, in one run:
//   npx tsc && node build/bench/wire.js
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import type { Firmata } from 'firmata-io'
import type five from 'johnny-five'
import { openFirmata } from '../device/boards/firmata.ts'
import { tcpLink } from '../device/boards/tcp.ts'
import type { Bus, DisplayDriver } from '../device/displays/driver.ts'
import { ht16k33 } from '../device/displays/ht16k33.ts'
import { max7219 } from '../device/displays/max7219.ts'
import { changes, initialize } from '../device/displays/transfers.ts'
import { toCells } from '../device/face/frame.ts'
import { numberText } from '../device/face/number.ts'
import { startVirtualBoard } from '../hardware/virtual/firmata-board.ts'
import { Ht16k33 } from '../hardware/virtual/ht16k33.ts'
import { Max7219 } from '../hardware/virtual/max7219.ts'
import type { DisplayChip } from '../hardware/virtual/pins.ts'
import { segmentsText } from '../hardware/virtual/seven-segment.ts'

const require = createRequire(import.meta.url)
const firmataIo = require('firmata-io') as { Firmata: typeof Firmata }
const johnnyFive = require('johnny-five') as typeof five & {
  Led: { Digits: new (options: object) => { print(text: string): void } }
}

const pins = { data: 2, clock: 3, cs: 4 }
/** Start bit, eight bits, stop bit at StandardFirmata's speed. */
const byteMs = (1000 * 10) / 57_600

interface Cost {
  readonly bytes: number
  readonly writes: number
}

/** Counts what goes through a transport's `write`. */
function countWrites(transport: { write(data: Buffer, done?: () => void): void }) {
  let cost: Cost = { bytes: 0, writes: 0 }
  const write = transport.write.bind(transport)
  transport.write = (data, done) => {
    cost = { bytes: cost.bytes + data.length, writes: cost.writes + 1 }
    return write(data, done)
  }
  return () => {
    const taken = cost
    cost = { bytes: 0, writes: 0 }
    return taken
  }
}

async function startBoard(chip: DisplayChip) {
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [chip] })
  const shows = (value: number) => {
    const text = segmentsText(chip.display()).trim()
    if (text !== String(value)) throw new Error(`the display shows "${text}", not ${value}`)
  }
  return { board, shows }
}

async function ours(
  chip: DisplayChip,
  bus: Bus,
  display: DisplayDriver,
  values: readonly number[],
) {
  const { board, shows } = await startBoard(chip)
  const link = tcpLink('127.0.0.1', board.port)
  const taken = countWrites(link.transport)
  const wiring = { bus, pins }
  const opened = await openFirmata(link, wiring, new AbortController().signal)
  const frames = values.map((value) => ({
    cells: toCells(numberText(value, display.digits)),
    intensity: 3,
    on: true,
  }))
  const costs: Cost[] = []
  for (const [index, frame] of frames.entries()) {
    const before = frames[index - 1]
    taken()
    // As the link does: nothing is sent for a frame that looks the same.
    const transfers =
      before === undefined ? initialize(display, frame) : changes(display, before, frame)
    if (transfers.length > 0) await opened.send(transfers)
    shows(values[index] ?? 0)
    costs.push(taken())
  }
  opened.close()
  await board.close()
  return costs
}

async function theirs(chip: DisplayChip, options: object, values: readonly number[]) {
  const { board, shows } = await startBoard(chip)
  const socket = connect(board.port, '127.0.0.1')
  const io = new firmataIo.Firmata(socket, { reportVersionTimeout: 1 })
  socket.once('connect', () => socket.emit('open'))
  await once(io, 'ready')
  const host = new johnnyFive.Board({ io, repl: false, debug: false, sigint: false, timeout: 9000 })
  await once(host, 'ready')
  const done = () => new Promise<void>((resolve) => io.reportVersion(resolve))
  const taken = countWrites(io.transport)
  const digits = new johnnyFive.Led.Digits({ ...options, board: host })
  const costs: Cost[] = []
  for (const value of values) {
    digits.print(String(value))
    const cost = taken()
    await done()
    shows(value)
    costs.push(cost)
    taken()
  }
  socket.destroy()
  await board.close()
  return costs
}

function report(chip: string, names: readonly string[], mine: Cost[], other: Cost[]): void {
  for (const [index, name] of names.entries()) {
    const [us, them] = [mine[index], other[index]]
    if (us === undefined || them === undefined) continue
    const show = ({ bytes, writes }: Cost) =>
      `${bytes} bytes, ${writes} writes, ${(bytes * byteMs).toFixed(1)} ms`
    const ratio = us.bytes === 0 ? '-' : (them.bytes / us.bytes).toFixed(1)
    process.stdout.write(
      `${chip}, ${name}: ${show(us)}; johnny-five ${show(them)}; ratio ${ratio}\n`,
    )
  }
}

const names = ['set up and first number', 'all digits', 'one digit', 'the same number again']
const eight = [11_111_111, 22_222_222, 22_222_223, 22_222_223]
const four = [1111, 2222, 2223, 2223]
report(
  'MAX7219',
  names,
  await ours(new Max7219(pins), max7219.bus, max7219.open({}), eight),
  await theirs(new Max7219(pins), { pins }, eight),
)
report(
  'HT16K33',
  names,
  await ours(new Ht16k33(), ht16k33.bus, ht16k33.open({}), four),
  await theirs(new Ht16k33(), { controller: 'HT16K33' }, four),
)
process.stdout.write('times are those of the bytes at 57600 baud; ours include the barrier\n')
