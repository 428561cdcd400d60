// Actions as in voodoospark firmware/voodoospark.cpp; with 7-bit bytes the low bits come first.
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Chip } from '../../../hardware/virtual/pins.ts'
import { startVoodooSparkBoard } from '../../../hardware/virtual/voodoospark-board.ts'
import { connectHost } from './host.ts'

export const D7 = 7
export const INPUT = 0
export const OUTPUT = 1
export const pinMode = (pin: number, mode: number) => [0x00, pin, mode]
export const digitalWrite = (pin: number, value: number) => [0x01, pin, value]
export const digitalRead = (pin: number) => [0x03, pin]
export const I2C_CONFIG = [0x30, 0, 0]
/** As particle-io sends it: address, length in 7-bit bytes, then two for each byte. */
export const i2cWrite = (address: number, ...bytes: number[]) => [
  ...[0x31, address, (2 * bytes.length) & 0x7f, (2 * bytes.length) >> 7],
  ...bytes.flatMap((byte) => [byte & 0x7f, byte >> 7]),
]
export const i2cRead = (address: number, register: number, count: number) => [
  ...[0x32, address, register & 0x7f, register >> 7, count, 0],
]

export async function setUp(t: TestContext, chips: Chip[] = []) {
  const board = await startVoodooSparkBoard({ host: '127.0.0.1', port: 0, chips })
  t.after(() => board.close())
  return { board, host: await connect(t, board.port) }
}

export async function connect(t: TestContext, port: number) {
  const host = await connectHost(t, port)
  /** Sends the bytes, waits until all is done, and gives the head of the answer that tells it. */
  async function settle(...bytes: number[]) {
    // A write to a pin that does not exist, so that the question is not left lying.
    host.send(...bytes, ...digitalRead(D7), ...digitalWrite(8, 0))
    return (await host.receive(4)).slice(0, 2)
  }
  return { ...host, settle }
}

/** Leaderships of the event loop until so many bytes have come to the board. */
export async function taken(board: { received: { bytes: number } }, bytes: number) {
  while (board.received.bytes < bytes) await setImmediate()
}
