import type { EventEmitter } from 'node:events'
import Board from 'johnny-five/lib/board.js'
import { within } from './within.ts'

/**
 * Waits until johnny-five calls an IO plugin ready. Its own ways are switched off: it would read from
 * standard input, handle Ctrl-C, print, and keep every board for ever.
 *
 * @param unready what is said when it does not get ready in time
 * @param lost resolves with the reason when the board is gone before
 * @throws Error when it is not ready in time, is gone, or the signal says to stop
 */
export async function readyIo(
  io: EventEmitter,
  unready: string,
  lost: Promise<Error>,
  readyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const board = new Board({
    io,
    repl: false,
    debug: false,
    sigint: false,
    timeout: 2 * readyMs,
  })
  Board.cache.splice(0)
  board.on('error', () => undefined)
  let stop = () => {}
  const ready = new Promise<void>((resolve, reject) => {
    board.once('ready', () => resolve())
    void lost.then(reject)
    stop = () => reject(new Error('stopped'))
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
  try {
    await within(readyMs, unready, ready)
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(board.timer)
  }
}
