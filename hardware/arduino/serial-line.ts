import { setTimeout } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { FatalError } from '../../common/errors.ts'
import { serialError } from '../../common/serial-error.ts'
import type { SerialLine } from './stk500.ts'

const firstBaudRate = 115_200
/** Longer than the capacitor between DTR and the chip's reset needs. */
const pulseMs = 250

/**
 * A serial port of this computer.
 *
 * @throws FatalError that says why it does not open
 */
export async function openSerialLine(path: string): Promise<SerialLine> {
  const port = new SerialPort({ path, baudRate: firstBaudRate, autoOpen: false })
  await called((done) => port.open(done)).catch((error: Error) => {
    throw new FatalError(serialError(error, path))
  })
  let heard: number[] = []
  let wake = () => {}
  let lost: FatalError | undefined
  port.on('data', (data: Buffer) => {
    heard.push(...data)
    wake()
  })
  const lose = () => {
    lost = new FatalError(`${path} is gone; was the board pulled out?`)
    wake()
  }
  port.on('close', lose)
  port.on('error', lose)
  const check = () => {
    if (lost !== undefined) throw lost
  }
  return {
    async write(bytes) {
      check()
      await called((done) => void port.write(Buffer.from(bytes), done))
      await called((done) => port.drain(done))
    },
    async read(count, withinMs) {
      const late = AbortSignal.timeout(withinMs)
      while (heard.length < count && !late.aborted) {
        check()
        await new Promise<void>((resolve) => {
          wake = resolve
          late.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      check()
      return Uint8Array.from(heard.splice(0, count))
    },
    discard() {
      heard = []
    },
    async setBaudRate(baudRate) {
      check()
      await called((done) => port.update({ baudRate }, done))
    },
    async pulseDtr() {
      check()
      // A pseudo-terminal has no such line, and no board that needs it.
      const set = (on: boolean) =>
        called((done) => port.set({ dtr: on, rts: on }, done)).catch(() => undefined)
      await set(false)
      await setTimeout(pulseMs)
      await set(true)
    },
    async close() {
      port.off('close', lose)
      if (port.isOpen) await called((done) => port.close(done))
    },
  }
}

/** A callback of the library as a promise. */
function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()))
  })
}
