import { Atmega328p } from '../../hardware/virtual/atmega328p.ts'
import { type Boot, startVirtualBoard } from '../../hardware/virtual/firmata-board.ts'
import { MODE_INPUT, MODE_OUTPUT } from '../../hardware/virtual/pins.ts'
import {
  startTcpBoard,
  type TcpBoard,
  type TcpBoardOptions,
} from '../../hardware/virtual/tcp-board.ts'
import { firmware } from './uno.ts'

/** An imitation of StandardFirmata, and our own firmware on a simulated ATmega328P. */
export const boardKinds = ['StandardFirmata', 'VisitorCounter'] as const
export type BoardKind = (typeof boardKinds)[number]

type Options = TcpBoardOptions & { announce?: boolean; boot?: Boot }

/** A board of one of both kinds behind a TCP port. The imitation notes what real firmware would stumble over. */
export function startBoard(
  kind: BoardKind,
  options: Options,
): Promise<TcpBoard & { violations?: readonly string[] }> {
  return kind === 'StandardFirmata' ? startVirtualBoard(options) : startUno(options)
}

/** It has worked through what it was sent when it says nothing for so long. */
const workMs = 10
const stepMs = 20

/**
 * The simulated processor by the clock of the test. What it is sent it works through at once, so that a
 * test whose clock stands still gets its answer.
 */
export async function startUno({
  announce = false,
  boot = { loaderMs: 0, blinkMs: 0 },
  ...options
}: Options): Promise<TcpBoard & { uno: Atmega328p }> {
  const said: number[] = []
  const uno = new Atmega328p({
    program: firmware(),
    chips: options.chips,
    onByte: (byte) => said.push(byte),
  })
  const pins = {
    mode: (pin: number) => ((uno.drive.outputs >> pin) & 1 ? MODE_OUTPUT : MODE_INPUT),
    get levels() {
      return uno.drive.levels
    },
  }
  const board = await startTcpBoard({ ...options, pins }, ({ send, later }) => {
    let caughtUpMs = Date.now()
    let runsFromMs = caughtUpMs

    function catchUp() {
      const now = Date.now()
      const behindMs = now - Math.max(caughtUpMs, Math.min(runsFromMs, now))
      caughtUpMs = now
      if (behindMs > 0) uno.run(behindMs)
    }

    function work() {
      while (uno.waiting > 0) uno.run(1)
      for (let heard = -1; heard !== said.length; uno.run(workMs)) heard = said.length
      send(said.splice(0))
    }

    function step() {
      catchUp()
      send(said.splice(0))
      later(stepMs, step)
    }

    function reset() {
      uno.reset()
      said.length = 0
      runsFromMs = Date.now() + boot.loaderMs
      if (boot.loaderMs === 0) work()
    }

    work()
    said.length = 0
    later(stepMs, step)
    return {
      connected() {
        if (announce) reset()
      },
      receive(chunk) {
        catchUp()
        if (Date.now() < runsFromMs) return
        uno.receive(chunk)
        work()
      },
      reset,
    }
  })
  return { ...board, uno }
}
