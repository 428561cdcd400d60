import { FatalError, messageOf } from '../../common/errors.ts'
import { firmwareName } from './firmware-name.ts'
import { OutOfSync, pageBytes, type SerialLine, Stk500 } from './stk500.ts'

/** Optiboot's speed, then that of old Nanos. */
const baudRates = [115_200, 57_600] as const
/** Optiboot flashes the LED before it listens, and listens for a second. */
const bootMs = 450
const syncsPerAttempt = 4
const mostAttempts = 8
/** After so many restarts in the midst of the work the line is not worth going on. */
const mostRestarts = 5
const mostRewritings = 3
const firmataBaudRate = 57_600

const ATMEGA328P = 0x1e950f
const ATMEGA328PB = 0x1e9516
/** What else a boot loader of an Arduino may be on. Key: signature. */
const otherChips: ReadonlyMap<number, string> = new Map([
  [0x1e9307, 'an ATmega8'],
  [0x1e9406, 'an ATmega168, which has half of the memory'],
  [0x1e940b, 'an ATmega168P, which has half of the memory'],
  [0x1e9514, 'an ATmega328 without P'],
  [0x1e9587, 'an ATmega32U4'],
  [0x1e9705, 'an ATmega1284P'],
  [0x1e9703, 'an ATmega1280'],
  [0x1e9801, 'an ATmega2560'],
])

export interface ArduinoFlashOptions {
  /** The port, open. */
  readonly line: SerialLine
  /** For people: "/dev/ttyACM0". */
  readonly name: string
  readonly program: Uint8Array
  /** Whether it is the counter's own, which says its name then. */
  readonly isOurs: boolean
  /** Told each step, in lines for people. */
  readonly say: (line: string) => void
  /** Told how far it is, from 0 to 1. */
  readonly progress: (doing: 'writing' | 'verifying', part: number) => void
  readonly sleep: (ms: number) => Promise<unknown>
  /** Ends the work behind the page that is being written. */
  readonly signal: AbortSignal
}

/**
 * Brings a program to an Arduino with an ATmega328P: restarts it into its boot loader, writes, reads all of
 * it back, and asks for the name of what runs then.
 *
 * @throws FatalError that says what to do
 */
export async function flashArduino(options: ArduinoFlashOptions): Promise<void> {
  const { line, name, program, say } = options
  const stk = new Stk500(line)
  const baudRate = await findBootLoader(options, stk, baudRates)
  say(`boot loader at ${baudRate} baud`)
  checkSignature(await answered(options, stk, baudRate, () => stk.signature()), options)
  say(`${program.length} bytes for ${name}`)
  await answered(options, stk, baudRate, () => stk.enter())
  const all = [...Array(Math.ceil(program.length / pageBytes)).keys()]
  await write(options, stk, baudRate, all)
  // A byte that the line lost may have taken a page elsewhere: only a reading of all tells.
  for (let tries = 0; ; tries++) {
    const wrong = await verify(options, stk, baudRate, all)
    if (wrong[0] === undefined) break
    if (tries === mostRewritings) {
      throw new FatalError(
        `${name}: the chip does not hold what was written, from byte ${wrong[0] * pageBytes} on; try another cable or USB port, and if it stays so the chip is worn out`,
      )
    }
    await write(options, stk, baudRate, wrong)
  }
  // It may start the program before its answer is out.
  await stk.leave().catch(ignoreOutOfSync)
  await sayName(options)
}

async function write(
  options: ArduinoFlashOptions,
  stk: Stk500,
  baudRate: number,
  pages: readonly number[],
): Promise<void> {
  for (const [done, page] of pages.entries()) {
    stopIfAsked(options)
    options.progress('writing', done / pages.length)
    const bytes = pageOf(options.program, page)
    await answered(options, stk, baudRate, () => stk.writePage(page * pageBytes, bytes))
  }
  options.progress('writing', 1)
}

/** The pages that the chip does not hold as they should be. */
async function verify(
  options: ArduinoFlashOptions,
  stk: Stk500,
  baudRate: number,
  pages: readonly number[],
): Promise<number[]> {
  const wrong: number[] = []
  for (const [done, page] of pages.entries()) {
    stopIfAsked(options)
    options.progress('verifying', done / pages.length)
    const wanted = pageOf(options.program, page)
    const read = await answered(options, stk, baudRate, () =>
      stk.readPage(page * pageBytes, wanted.length),
    )
    if (Buffer.compare(read, wanted) !== 0) wrong.push(page)
  }
  options.progress('verifying', 1)
  return wrong
}

function pageOf(program: Uint8Array, page: number): Uint8Array {
  return program.subarray(page * pageBytes, (page + 1) * pageBytes)
}

/** The speed at which one answers; each attempt restarts the board. */
async function findBootLoader(
  { line, name, sleep, signal }: ArduinoFlashOptions,
  stk: Stk500,
  rates: readonly number[],
): Promise<number> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (signal.aborted) throw new FatalError(`stopped; ${name} is as it was`)
    const baudRate = rates[attempt % rates.length] ?? firmataBaudRate
    await line.setBaudRate(baudRate)
    await line.pulseDtr()
    await sleep(bootMs)
    line.discard()
    for (let sync = 0; sync < syncsPerAttempt; sync++) {
      if (await stk.sync()) return baudRate
    }
  }
  throw new FatalError(
    `no boot loader answers at ${name}; is it an Arduino Uno or Nano? Take wires off pins 0 and 1; if the board has no automatic reset, press its reset button as the command begins`,
  )
}

/** Does a step; where the line has lost something, once more behind a restart of the board. */
async function answered<Result>(
  options: ArduinoFlashOptions,
  stk: Stk500,
  baudRate: number,
  step: () => Promise<Result>,
): Promise<Result> {
  for (let restart = 0; ; restart++) {
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof OutOfSync)) throw error
      if (restart === mostRestarts) {
        throw new FatalError(
          `${options.name}: ${messageOf(error)}; try another cable or USB port, without a hub`,
        )
      }
      await findBootLoader(options, stk, [baudRate])
      await stk.enter().catch(ignoreOutOfSync)
    }
  }
}

function checkSignature(signature: number, { name, say }: ArduinoFlashOptions): void {
  if (signature === ATMEGA328P) return
  if (signature === ATMEGA328PB) {
    say('the chip is an ATmega328PB, which runs what is made for an ATmega328P')
    return
  }
  const hex = `0x${signature.toString(16).padStart(6, '0')}`
  const known = otherChips.get(signature)
  throw new FatalError(
    `${name}: the chip is no ATmega328P; its signature is ${hex}${known === undefined ? '' : `, ${known}`}`,
  )
}

function stopIfAsked({ signal, name }: ArduinoFlashOptions): void {
  if (!signal.aborted) return
  throw new FatalError(`stopped behind a whole page; ${name} has half a program: flash it again`)
}

function ignoreOutOfSync(error: unknown): void {
  if (!(error instanceof OutOfSync)) throw error
}

async function sayName({ line, name, isOurs, say, sleep }: ArduinoFlashOptions): Promise<void> {
  await line.setBaudRate(firmataBaudRate)
  const found = await firmwareName(line, sleep)
  if (found === undefined && isOurs) {
    throw new FatalError(
      `${name}: the program is written and verified, but does not say its name; take the board off USB and put it back`,
    )
  }
  say(
    found === undefined
      ? `${name} has the program; it says no Firmata name`
      : `${name} runs ${found}`,
  )
}
