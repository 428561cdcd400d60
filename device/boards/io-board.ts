import type { EventEmitter } from 'node:events'
import { Abortable } from '../../common/abortable.ts'
import { type Board, type Level, outputPins, type Wiring } from './board.ts'
import { readyIo } from './ready-io.ts'

/** What we use of a johnny-five IO plugin (github.com/rwaldron/io-plugins). */
export interface Io extends EventEmitter {
  readonly name?: string
  readonly MODES: { readonly INPUT: number; readonly OUTPUT: number }
  pinMode(pin: number, mode: number): unknown
  digitalWrite(pin: number, level: 0 | 1): unknown
  i2cConfig(options: { delay: number }): unknown
  i2cWrite(address: number, bytes: readonly number[]): unknown
  /** Beyond the plugin interface: one transfer on the board's own SPI. */
  spiWrite?(bytes: readonly number[]): unknown
  /** Beyond the plugin interface: resolves once the board has carried out what was written. */
  flush?(): Promise<void>
  /** Beyond the plugin interface. */
  close?(): unknown
}

/**
 * A board behind a johnny-five IO plugin, through johnny-five. Most plugins confirm nothing, so with
 * those only what the plugin itself reports tells that a board is gone.
 */
export async function openIo(
  io: Io,
  name: string,
  wiring: Wiring,
  readyMs: number,
  signal: AbortSignal,
): Promise<Board> {
  const close = () => io.close?.()
  const ending = new Abortable()
  const lost = new Promise<Error>((resolve) => {
    const lose = (error: Error) => {
      ending.end(error)
      resolve(error)
    }
    io.on('error', (error: unknown) => {
      lose(error instanceof Error ? error : new Error(`${name}: ${String(error)}`))
    })
    for (const event of ['close', 'disconnect']) {
      io.on(event, () => lose(new Error(`${name} closed the connection`)))
    }
  })
  try {
    await readyIo(io, `${name} does not get ready`, lost, readyMs, signal)
    for (const pin of outputPins(wiring)) io.pinMode(pin, io.MODES.OUTPUT)
    if (wiring.bus === 'i2c') io.i2cConfig({ delay: 0 })
  } catch (error) {
    close()
    throw error
  }
  /** Key: pin. A level that a pin has already is not written again. */
  const levels = new Map<number, Level>()
  return {
    name: io.name === undefined ? name : `${io.name} at ${name}`,
    lost,
    writeLevels(steps) {
      for (const step of steps) {
        for (const [pin, level] of step) {
          const before = levels.get(pin)
          if (before === level) continue
          levels.set(pin, level)
          if (level === 'released') io.pinMode(pin, io.MODES.INPUT)
          else {
            if (before === 'released') io.pinMode(pin, io.MODES.OUTPUT)
            io.digitalWrite(pin, level)
          }
        }
      }
    },
    writeI2c: (address, bytes) => void io.i2cWrite(address, bytes),
    ...(io.spiWrite && wiring.bus === 'spi'
      ? { writeSpi: (bytes: readonly number[]) => void io.spiWrite?.(bytes) }
      : {}),
    async barrier() {
      await ending.before(Promise.resolve(io.flush?.()))
    },
    onReset: () => undefined,
    close,
  }
}
