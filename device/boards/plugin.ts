import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Board, Wiring } from './board.ts'
import { type Io, openIo } from './io-board.ts'

const readyMs = 30_000

/**
 * A board behind any johnny-five IO plugin, which its owner has installed in the folder that the
 * program is started in.
 *
 * @param name of the package, as `raspi-io`
 */
export async function openPlugin(
  name: string,
  wiring: Wiring,
  signal: AbortSignal,
): Promise<Board> {
  const io = construct(name, load(name))
  return openIo(io, `io:${name}`, wiring, readyMs, signal)
}

function load(name: string): unknown {
  try {
    return createRequire(join(process.cwd(), 'package.json'))(name)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new Error(
      `the IO plugin ${name} cannot be loaded (${reason}); install it here with npm install ${name}`,
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
