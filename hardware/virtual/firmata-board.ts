import { FirmataParser } from './firmata-parser.ts'
import { REPORT_VERSION } from './firmata-protocol.ts'
import { Pins } from './pins.ts'
import { StandardFirmata } from './standard-firmata.ts'
import { startTcpBoard, type TcpBoard, type TcpBoardOptions } from './tcp-board.ts'
import * as uno from './uno.ts'

type VirtualBoardOptions = TcpBoardOptions & {
  /** Starts anew at each connection, like an Uno on USB. */
  announce?: boolean
  /** How long a start takes; no time at all when left out. */
  boot?: Boot
}

/** From the reset to the end of the sketch's `setup()`. */
export type Boot = {
  /** The boot loader waits for a program; what comes is lost. */
  loaderMs: number
  /** The sketch blinks its version (Firmata.cpp, `blinkVersion`); what comes waits in the receive buffer. */
  blinkMs: number
}

export type VirtualBoard = TcpBoard & {
  /** What the client did that real firmware answers with undefined behaviour, oldest first. */
  violations: readonly string[]
}

/** HardwareSerial keeps 64 bytes, one of which tells full from empty (SERIAL_RX_BUFFER_SIZE). */
const RECEIVE_BYTES = 63

/**
 * Starts an Arduino Uno with StandardFirmata 2.5 behind a TCP port. Like StandardFirmataWiFi it
 * says nothing unasked, keeps its state from one client to the next, a message that has begun too, and
 * serves one at a time. After its reset button it says version and firmware, once it has booted.
 */
export async function startVirtualBoard(options: VirtualBoardOptions): Promise<VirtualBoard> {
  const { announce = false, boot = { loaderMs: 0, blinkMs: 0 }, ...rest } = options
  const pins = new Pins(uno.resetModes, rest.chips)
  const violations: string[] = []
  const board = await startTcpBoard({ ...rest, pins }, (surroundings) => {
    const { send, received, frameEnds, later, callOff } = surroundings
    const firmware = new StandardFirmata(pins, rest.chips, send, (what) => violations.push(what))
    let state: 'loader' | 'blinks' | 'runs' = 'runs'
    const buffer: number[] = []
    const parser = new FirmataParser({
      onMessage(message) {
        if (message.command === REPORT_VERSION) frameEnds()
        if (!firmware.handle(message)) received.unknown++
      },
      onStray(bytes) {
        received.strayBytes += bytes
      },
    })

    /** Nothing drives the pins until `setup()` is at its end. */
    function reset() {
      callOff()
      buffer.length = 0
      pins.reset([])
      state = 'loader'
      if (boot.loaderMs > 0) later(boot.loaderMs, blink)
      else blink()
    }

    function blink() {
      state = 'blinks'
      if (boot.blinkMs > 0) later(boot.blinkMs, run)
      else run()
    }

    function run() {
      state = 'runs'
      parser.reset()
      firmware.announce()
      firmware.reset()
      parser.push(Uint8Array.from(buffer.splice(0)))
    }

    return {
      connected() {
        if (announce) reset()
      },
      receive(chunk) {
        if (state === 'runs') parser.push(chunk)
        else if (state === 'blinks') {
          buffer.push(...chunk.subarray(0, RECEIVE_BYTES - buffer.length))
        }
      },
      reset,
    }
  })
  return { ...board, violations }
}
