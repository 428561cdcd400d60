import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { hurry } from './fast-time.ts'

/**
 * Loaded into each process under test (`node --import`): a resolver that knows one name while a file says
 * so, a clock that is wrong by what the file says, and time that goes as fast as the run wants.
 */
export interface World {
  readonly dns: boolean
  readonly clockOffsetMs: number
}

/** The one name that the processes know their neighbours by. */
export const hostname = 'desk.test'

const file = process.env['FAULT_WORLD']
const read = (): World => {
  try {
    return JSON.parse(readFileSync(file ?? '', 'utf8')) as World
  } catch {
    return { dns: true, clockOffsetMs: 0 }
  }
}

if (file !== undefined) {
  const { lookup } = dns
  const found = (name: string) => name === hostname && read().dns
  const replaced = (name: string, options: unknown, callback: unknown) => {
    const done = (typeof options === 'function' ? options : callback) as (
      error: Error | null,
      ...answer: unknown[]
    ) => void
    if (name !== hostname) return Reflect.apply(lookup, dns, [name, options, callback])
    const all = typeof options === 'object' && options !== null && 'all' in options && options.all
    if (found(name)) {
      if (all === true) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }])
      else process.nextTick(done, null, '127.0.0.1', 4)
      return
    }
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: name,
    })
    process.nextTick(done, error)
  }
  dns.lookup = replaced as typeof dns.lookup

  // The file is looked at in real time.
  const { setInterval } = globalThis
  const { FAULT_SPEED: speed, FAULT_SINCE: since } = process.env
  if (speed !== undefined) {
    hurry({ speed: Number(speed), sinceMs: Number(since) })
    // V8 cleans up in idle moments, of which fast time leaves none.
    setFlagsFromString('--expose-gc')
    setInterval(runInNewContext('gc') as () => void, 20_000).unref()
  }
  const { now } = Date
  let { clockOffsetMs } = read()
  setInterval(() => {
    clockOffsetMs = read().clockOffsetMs
  }, 100).unref()
  Date.now = () => now() + clockOffsetMs
}
