import { FirmataParser } from './firmata-parser.ts'
import { REPORT_VERSION } from './firmata-protocol.ts'
import { Pins } from './pins.ts'
import { StandardFirmata } from './standard-firmata.ts'
import { startTcpBoard, type TcpBoard, type TcpBoardOptions } from './tcp-board.ts'
import * as uno from './uno.ts'

type VirtualBoardOptions = TcpBoardOptions & {
  /** Starts anew at each connection and says version and firmware, like an Uno on USB. */
  announce?: boolean
}

/** After its reset button a client is told version and firmware unasked. */
export type VirtualBoard = TcpBoard

/**
 * Starts an Arduino Uno with StandardFirmata 2.5 behind a TCP port. Like StandardFirmataWiFi it
 * says nothing unasked, keeps its state from one client to the next, and serves one at a time.
 */
export function startVirtualBoard(options: VirtualBoardOptions): Promise<VirtualBoard> {
  const { announce = false, ...rest } = options
  const pins = new Pins(uno.resetModes, rest.chips)
  return startTcpBoard({ ...rest, pins }, ({ send, received, frameEnds }) => {
    const firmware = new StandardFirmata(pins, rest.chips, send)
    const parser = new FirmataParser({
      onMessage(message) {
        if (message.command === REPORT_VERSION) frameEnds()
        if (!firmware.handle(message)) received.unknown++
      },
      onStray(bytes) {
        received.strayBytes += bytes
      },
    })

    function reset() {
      parser.reset()
      firmware.reset()
      firmware.announce()
    }

    return {
      connected() {
        if (announce) reset()
      },
      receive: (chunk) => parser.push(chunk),
      reset,
    }
  })
}
