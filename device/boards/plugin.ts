import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Abortable } from '../../common/abortable.ts'
import { type Board, type Level, outputPins, type PinLevels, type Wiring } from './board.ts'
import { levelSteps } from './levels.ts'
import { readyIo } from './ready-io.ts'

/** What we use of a johnny-five IO plugin (github.com/rwaldron/io-plugins). */
interface Io extends EventEmitter {
  readonly name?: string
  readonly MODES: { readonly INPUT: number; readonly OUTPUT: number }
  pinMode(pin: number, mode: number): unknown
  digitalWrite(pin: number, level: 0 | 1): unknown
  i2cConfig(options: { delay: number }): unknown
  i2cWrite(address: number, bytes: readonly number[]): unknown
  /** Beyond the plugin interface. */
  close?(): unknown
}

const readyMs = 30_000

/**
 * A board behind any johnny-five IO plugin, through johnny-five, which its owner has installed in the
 * folder that the program is started in. Plugins confirm nothing, so only what the plugin itself reports
 * tells that a board is gone.
 *
 * @param name of the package, as `raspi-io`
 */
export async function openPlugin(
  name: string,
  wiring: Wiring,
  signal: AbortSignal,
): Promise<Board> {
  const io = construct(name, load(name))
  const board = `io:${name}`
  const close = () => void io.close?.()
  const ending = new Abortable()
  const lost = new Promise<Error>((resolve) => {
    const lose = (error: Error) => {
      ending.end(error)
      resolve(error)
    }
    io.on('error', (error: unknown) => {
      lose(error instanceof Error ? error : new Error(`${board}: ${String(error)}`))
    })
    for (const event of ['close', 'disconnect']) {
      io.on(event, () => lose(new Error(`${board} closed the connection`)))
    }
  })
  try {
    await readyIo(io, `${board} does not get ready`, lost, readyMs, signal)
    for (const pin of outputPins(wiring)) io.pinMode(pin, io.MODES.OUTPUT)
    if (wiring.bus === 'i2c') io.i2cConfig({ delay: 0 })
  } catch (error) {
    close()
    throw error
  }
  const pins = pinWriter(io)
  return {
    name: io.name === undefined ? board : `${io.name} at ${board}`,
    lost,
    async send(transfers) {
      for (const transfer of transfers) {
        if (transfer.bus === 'i2c') io.i2cWrite(transfer.address, transfer.bytes)
        else for (const step of levelSteps(wiring.pins, transfer)) pins(step)
      }
      await ending.before(Promise.resolve())
    },
    onReset: () => undefined,
    close,
  }
}

/** Sets pins to levels; one that a pin has already is not written again. */
function pinWriter(io: Io): (step: PinLevels) => void {
  /** Key: pin. */
  const levels = new Map<number, Level>()
  return (step) => {
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
}

function load(name: string): unknown {
  try {
    return createRequire(join(process.cwd(), 'package.json'))(name)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new Error(
      `the IO plugin ${name} cannot be loaded (${reason}); in ${process.cwd()}, where it is looked for: npm install ${name}`,
    )
  }
}

/** Plugins export their class itself, as default, or under a name. */
function construct(name: string, loaded: unknown): Io {
  const exports = typeof loaded === 'object' && loaded !== null ? Object.values(loaded) : []
  const Plugin = [loaded, ...exports].find((each) => typeof each === 'function')
  if (Plugin === undefined) throw new Error(`the package ${name} is no johnny-five IO plugin`)
  const io: unknown = Reflect.construct(Plugin, [])
  if (!isIo(io)) throw new Error(`the package ${name} is no johnny-five IO plugin`)
  return io
}

function isIo(io: unknown): io is Io {
  return (
    typeof io === 'object' &&
    io !== null &&
    ['on', 'pinMode', 'digitalWrite'].every((name) => typeof Reflect.get(io, name) === 'function')
  )
}
