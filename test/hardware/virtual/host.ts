import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { startVirtualBoard } from '../../../hardware/virtual/firmata-board.ts'

/** The answer to REPORT_VERSION (protocol.md, "Version report format"). */
export const VERSION = [0xf9, 2, 5]

/** A board on a free port, gone after the test. */
export async function startBoard(
  t: TestContext,
  options: Partial<Parameters<typeof startVirtualBoard>[0]> = {},
) {
  const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [], ...options })
  t.after(() => board.close())
  return board
}

/** The computer at the other end: it sends bytes and takes answers as they come. */
export async function connectHost(t: TestContext, port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  /** What has come and was not taken yet. */
  const received: number[] = []
  let arrived = () => {}
  socket.on('data', (chunk) => {
    received.push(...chunk)
    arrived()
  })
  async function until(complete: () => boolean) {
    while (!complete()) {
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    }
  }
  const send = (...bytes: number[]) => socket.write(Buffer.from(bytes))

  return {
    socket,
    received,
    send,
    /** Waits for so many bytes and takes them. */
    async receive(count: number) {
      await until(() => received.length >= count)
      return received.splice(0, count)
    },
    /** Sends the bytes, waits until the board has worked on all of them, takes its answers. */
    async ask(...bytes: number[]) {
      send(...bytes, 0xf9)
      await until(() => received.slice(-VERSION.length).join() === VERSION.join())
      return received.splice(0).slice(0, -VERSION.length)
    },
  }
}

/** Leaderships of the event loop in which bytes under way between sockets of this process arrive. */
export async function settled() {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

/** A chip that notes what is written and gives `memory` when read. */
export function chipAt(address: number, memory: number[] = []) {
  const written: number[][] = []
  const i2c = {
    address,
    write: (bytes: readonly number[]) => written.push([...bytes]),
    read: (count: number) => memory.slice(0, count),
  }
  return { chip: { power() {}, i2c }, written }
}
