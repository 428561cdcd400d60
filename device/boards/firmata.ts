import type { EventEmitter } from 'node:events'
import firmataIo, { type Firmata, type Transport } from 'firmata-io'
import five from 'johnny-five'
import type { Board, Pins } from './board.ts'
import { shiftOut } from './shift-out.ts'

// Firmata protocol 2.5
const DIGITAL_MESSAGE = 0x90
const REPORT_VERSION = 0xf9

/** An Uno blinks its version for 2.2 s after a reset, behind its boot loader. */
const readyMs = 8000
/** Until then a board that was still booting has come up. */
const askAgainMs = 4000
/** A full frame takes 135 ms at 57600 baud; a board that says nothing for so long is gone. */
const confirmMs = 3000

/** A way to a board: what firmata-io calls a transport, and its end. */
export interface FirmataLink {
  readonly transport: Transport & EventEmitter
  /** For people, "tcp:10.0.0.7:3030". */
  readonly name: string
  close(): void
}

/**
 * A board with StandardFirmata, through johnny-five and firmata-io. Both notice no loss and confirm
 * no write, so both are done here: a frame is one buffer with a request for the version behind it,
 * which the firmware answers once it has carried out what came before.
 */
export async function openFirmata(
  link: FirmataLink,
  pins: Pins,
  signal: AbortSignal,
): Promise<Board> {
  const io = new firmataIo.Firmata(link.transport, { reportVersionTimeout: askAgainMs })
  // A board on the network says nothing unasked, and firmata-io would wait for it.
  link.transport.on('open', () => {
    io.reportVersion(() => undefined)
    io.queryFirmware(() => undefined)
  })
  const lost = whenLost(io, link)
  try {
    await ready(io, lost, signal)
  } catch (error) {
    clearTimeout(io.reportVersionTimeoutId)
    link.close()
    throw error
  }
  /** Of the requests for the version that are not answered yet, oldest first. */
  const confirmations: { resolve(): void; reject(error: Error): void }[] = []
  io.on('reportversion', () => confirmations.shift()?.resolve())
  void lost.then((error) => {
    for (const { reject } of confirmations) reject(error)
  })

  for (const pin of [pins.data, pins.clock, pins.cs]) io.pinMode(pin, io.MODES.OUTPUT)
  const ports = new Map<number, number>()

  /** Port messages for one step of levels, one for each port of 8 pins that changes. */
  const portMessages = (levels: ReadonlyMap<number, 0 | 1>): number[] => {
    const touched = new Set<number>()
    for (const [pin, level] of levels) {
      const port = pin >> 3
      const bit = 1 << (pin & 7)
      const before = ports.get(port) ?? 0
      ports.set(port, level === 1 ? before | bit : before & ~bit)
      touched.add(port)
    }
    return [...touched].flatMap((port) => {
      const value = ports.get(port) ?? 0
      return [DIGITAL_MESSAGE | port, value & 0x7f, value >> 7]
    })
  }

  return {
    name: `${io.firmware.name ?? 'Firmata'} at ${link.name}`,
    lost,
    async send(transfers) {
      const bytes = transfers.flatMap((transfer) =>
        shiftOut(pins, transfer.bytes).flatMap(portMessages),
      )
      const confirmed = new Promise<void>((resolve, reject) =>
        confirmations.push({ resolve, reject }),
      )
      link.transport.write(Buffer.from([...bytes, REPORT_VERSION]))
      await within(confirmMs, `${link.name} does not answer`, confirmed)
    },
    close: () => link.close(),
  }
}

/** Resolves with the reason when the link ends, or the board starts anew without being asked. */
function whenLost(io: Firmata, { transport, name }: FirmataLink): Promise<Error> {
  return new Promise((resolve) => {
    io.on('error', (error: Error) => resolve(new Error(`${name}: ${error.message}`)))
    transport.on('close', () => resolve(new Error(`${name} closed the connection`)))
    io.once('ready', () =>
      io.on('queryfirmware', () => resolve(new Error(`the board at ${name} was reset`))),
    )
  })
}

async function ready(io: Firmata, lost: Promise<Error>, signal: AbortSignal): Promise<void> {
  const board = new five.Board({
    io,
    repl: false,
    debug: false,
    sigint: false,
    timeout: 2 * readyMs,
  })
  board.on('error', () => undefined)
  let stop = () => {}
  const isReady = new Promise<void>((resolve, reject) => {
    board.once('ready', () => resolve())
    void lost.then(reject)
    stop = () => reject(new Error('stopped'))
    signal.addEventListener('abort', stop)
  })
  try {
    await within(readyMs, 'the board does not answer as Firmata does', isReady)
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(board.timer)
  }
}

/** The promise, or an error when it is not settled in time. */
async function within(ms: number, message: string, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${message} (within ${ms / 1000} s)`)), ms)
  })
  try {
    await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
