import { Pins } from './pins.ts'
import { startTcpBoard, type TcpBoard, type TcpBoardOptions } from './tcp-board.ts'
import { VoodooSpark } from './voodoospark.ts'

type VoodooSparkBoard = TcpBoard & {
  /** What the client did that real firmware answers with undefined behaviour, oldest first. */
  violations: readonly string[]
}

/**
 * Starts a first-generation Photon with VoodooSpark 3 behind a TCP port (48879 in reality). It says
 * nothing unasked, confirms no write, and serves one client at a time. Its reset button also ends
 * the connections, as the Wi-Fi goes.
 */
export async function startVoodooSparkBoard(options: TcpBoardOptions): Promise<VoodooSparkBoard> {
  const { chips } = options
  const pins = new Pins([], chips)
  const violations: string[] = []
  const board = await startTcpBoard(
    { ...options, pins },
    ({ send, received, frameEnds, disconnectClients }) => {
      const firmware = new VoodooSpark(pins, chips, {
        send,
        onQuestion: frameEnds,
        onStray(bytes) {
          received.strayBytes += bytes
        },
        onUnknown() {
          received.unknown++
        },
        onViolation: (what) => violations.push(what),
      })
      return {
        connected: () => firmware.restore(),
        receive: (chunk) => firmware.receive(chunk),
        reset() {
          firmware.reset()
          disconnectClients()
        },
      }
    },
  )
  return { ...board, violations }
}
