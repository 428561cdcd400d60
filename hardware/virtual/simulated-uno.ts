import { Atmega328p } from './atmega328p.ts'
import { MODE_INPUT, MODE_OUTPUT } from './pins.ts'
import { startTcpBoard, type TcpBoard, type TcpBoardOptions } from './tcp-board.ts'

export type SimulatedUnoOptions = TcpBoardOptions & {
  /** What is in its flash. */
  program: Uint8Array
  /** Starts anew at each connection, like an Uno on USB. */
  announce?: boolean
  /** For so long after a reset the boot loader waits for a program; what comes is lost. */
  loaderMs?: number
  /** Milliseconds of the clock that it keeps up with. */
  now?: () => number
}

export type SimulatedUno = TcpBoard & { uno: Atmega328p }

/** How often the simulated clock catches up. */
const STEP_MS = 2
/** A machine that is too slow, or that has slept, is not caught up with. */
const MOST_BEHIND_MS = 40

/**
 * Starts an Arduino Uno that runs a program on a simulated ATmega328P, in real time and with its serial
 * port behind a TCP port.
 */
export async function startSimulatedUno(options: SimulatedUnoOptions): Promise<SimulatedUno> {
  const {
    program,
    announce = false,
    loaderMs = 0,
    now = () => performance.now(),
    ...rest
  } = options
  const said: number[] = []
  const uno = new Atmega328p({ program, chips: rest.chips, onByte: (byte) => said.push(byte) })
  const pins = {
    mode: (pin: number) => ((uno.drive.outputs >> pin) & 1 ? MODE_OUTPUT : MODE_INPUT),
    get levels() {
      return uno.drive.levels
    },
  }
  const board = await startTcpBoard({ ...rest, pins }, ({ send, later }) => {
    let caughtUpMs = now()
    let runsFromMs = caughtUpMs

    function step() {
      const behindMs = Math.min(now() - caughtUpMs, MOST_BEHIND_MS)
      caughtUpMs = now()
      if (caughtUpMs >= runsFromMs && behindMs > 0) uno.run(behindMs)
      send(said.splice(0))
      later(STEP_MS, step)
    }

    function reset() {
      uno.reset()
      said.length = 0
      runsFromMs = now() + loaderMs
    }

    later(STEP_MS, step)
    return {
      connected() {
        if (announce) reset()
      },
      receive(chunk) {
        if (now() >= runsFromMs) uno.receive(chunk)
      },
      reset,
    }
  })
  return { ...board, uno }
}
