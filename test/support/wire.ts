import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { listen } from './tcp-server.ts'

/** A wire between a device and its board that the test can disturb. */
export interface Wire {
  /** Where the device connects to. */
  readonly port: number
  /** Bytes that the device has sent and the wire holds back. */
  held(): number
  /** Takes so many of the held bytes to the board. */
  carry(bytes: number): void
  /** Says something to the device in the board's place. */
  say(bytes: Uint8Array): void
  /** What each following connection begins with, in the board's place. */
  greetWith(bytes: Uint8Array): void
  /** The board forgets its connection without a word, as when it is switched off and on again. */
  forget(): void
}

interface Trouble {
  /** Whether bytes to the board wait for `carry`. */
  readonly hold?: () => boolean
  /** What the board has said, as it comes out of the wire. */
  readonly pieces?: (data: Buffer) => readonly Uint8Array[]
}

export async function startWire(
  t: TestContext,
  boardPort: number,
  { hold = () => false, pieces = (data) => [data] }: Trouble = {},
): Promise<Wire> {
  let device: Socket | undefined
  let board: Socket | undefined
  let waiting = Buffer.alloc(0)
  let greeting: Uint8Array = Buffer.alloc(0)
  const open = new Set<Socket>()
  const end = (socket: Socket) => {
    open.delete(socket)
    socket.destroy()
  }
  const server = createServer((fromDevice) => {
    const toBoard = connect(boardPort, '127.0.0.1')
    device = fromDevice
    board = toBoard
    waiting = Buffer.alloc(0)
    for (const each of [fromDevice, toBoard]) {
      open.add(each)
      each.on('error', () => undefined)
    }
    if (greeting.length > 0) fromDevice.write(greeting)
    fromDevice.on('data', (data) => {
      if (board !== toBoard) fromDevice.resetAndDestroy()
      else if (hold()) waiting = Buffer.concat([waiting, data])
      else toBoard.write(data)
    })
    fromDevice.setNoDelay(true)
    toBoard.on('data', async (data) => {
      toBoard.pause()
      for (const piece of pieces(data)) {
        if (fromDevice.writable) fromDevice.write(piece)
        await new Promise((resolve) => setImmediate(resolve))
      }
      toBoard.resume()
    })
    fromDevice.on('close', () => end(toBoard))
    toBoard.on('close', () => {
      open.delete(toBoard)
      if (board === toBoard) end(fromDevice)
    })
  })
  t.after(() => {
    for (const each of open) each.destroy()
    server.close()
  })
  return {
    port: await listen(server),
    held: () => waiting.length,
    carry(bytes) {
      board?.write(waiting.subarray(0, bytes))
      waiting = waiting.subarray(bytes)
    },
    say: (bytes) => void (device?.writable && device.write(bytes)),
    greetWith: (bytes) => {
      greeting = bytes
    },
    forget() {
      const before = board
      board = undefined
      before?.destroy()
    },
  }
}
