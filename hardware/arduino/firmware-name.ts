import type { SerialLine } from './stk500.ts'

// github.com/firmata/protocol, protocol.md, "Query Firmware Name and Version".
const START_SYSEX = 0xf0
const REPORT_FIRMWARE = 0x79
const END_SYSEX = 0xf7

const questions = 8
const answerMs = 400
const mostBytes = 512

/** What the Firmata firmware of a board calls itself, with its version; undefined if it says nothing. */
export async function firmwareName(
  line: SerialLine,
  sleep: (ms: number) => Promise<unknown>,
): Promise<string | undefined> {
  let heard: number[] = []
  for (let question = 0; question < questions; question++) {
    await line.write(Uint8Array.of(END_SYSEX, START_SYSEX, REPORT_FIRMWARE, END_SYSEX))
    await sleep(0)
    heard = [...heard, ...(await line.read(mostBytes, answerMs))].slice(-mostBytes)
    const name = nameIn(heard)
    if (name !== undefined) return name
  }
  return undefined
}

function nameIn(bytes: readonly number[]): string | undefined {
  const start = bytes.findLastIndex(
    (byte, i) => byte === START_SYSEX && bytes[i + 1] === REPORT_FIRMWARE,
  )
  const end = bytes.indexOf(END_SYSEX, start)
  if (start < 0 || end < start) return undefined
  const [major = 0, minor = 0, ...sevens] = bytes.slice(start + 2, end)
  const letters = sevens.flatMap((low, i) =>
    i % 2 === 0 ? [low | ((sevens[i + 1] ?? 0) << 7)] : [],
  )
  const name = String.fromCharCode(...letters).replace(/[^ -~]/g, '')
  return name === '' ? undefined : `${name} ${major}.${minor}`
}
