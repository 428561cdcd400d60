import { join } from 'node:path'
import { compile, type Program, root, rules, run } from '../../support/cpp.ts'

const component = join(root, 'hardware/esphome/components/visitor_counter')
const sources = join(root, 'test/hardware/esphome')

/** Compiles the component with the stand-ins for ESPHome, as C++17 (2024) or C++20 (2026). */
export function buildDesk(standard: 'c++17' | 'c++20'): Promise<Program> {
  return compile(
    'g++',
    [join(sources, 'desk.cpp'), join(component, 'hub.cpp')],
    [
      `-std=${standard}`,
      ...[join(sources, 'stub'), rules, component].flatMap((path) => ['-I', path]),
    ],
  )
}

/** Compiles a program of this folder that needs desk.h and the rules only. */
export function buildFuzz(): Promise<Program> {
  const includes = [rules, component].flatMap((path) => ['-I', path])
  return compile('g++', [join(sources, 'fuzz.cpp')], ['-std=c++17', ...includes])
}

/** The displays that desk.cpp can have, a TM1637 with the number of its digits. */
export type Wired = 'max7219' | 'ht16k33' | 'tm1637-4' | 'tm1637-6' | 'tm1638'

export interface Configuration {
  readonly brightness?: string
  readonly dim?: string
  readonly freshForMs?: number
  readonly memoryKey?: number
  readonly counters?: readonly string[]
  /** In which the flash outlives the program; none keeps it. */
  readonly flash?: string
}

/** A line that the program wrote: what, when where it says so, and the rest. */
export interface Line {
  readonly what: string
  readonly rest: string
}

/** Plays a script of desk.cpp. */
export async function play(
  desk: Program,
  wired: Wired,
  script: readonly string[],
  configuration: Configuration = {},
): Promise<Line[]> {
  const {
    brightness = '3',
    dim = 'none',
    freshForMs = 150_000,
    memoryKey = 1,
    counters = ['visitors.total'],
    flash = '-',
  } = configuration
  const settings = [brightness, dim, String(freshForMs), String(memoryKey), ...counters]
  const lines = await run(desk, [flash, wired, ...settings], script)
  return lines.map((line) => {
    const [what = '', ...rest] = line.split(' ')
    return { what, rest: rest.join(' ') }
  })
}

/** Bytes of each transfer on the wires of a display, in hexadecimal digits; by their millisecond. */
export interface Sent {
  readonly ms: number
  readonly bytes: string
}

/** The transfers among the lines, as the chip takes them: on two or three wires bit by bit. */
export function sentIn(wired: Wired, lines: readonly Line[]): Sent[] {
  return lines.flatMap(({ what, rest }): Sent[] => {
    const [ms = '', ...words] = rest.split(' ')
    const each = (bytes: readonly string[]) => bytes.map((one) => ({ ms: Number(ms), bytes: one }))
    if (what === 'spi') return each(words)
    if (what === 'i2c') return each(words.slice(1))
    if (what !== 'wire') return []
    return each(wired === 'tm1638' ? strobed(words[0] ?? '') : startedAndStopped(words[0] ?? ''))
  })
}

/** Levels of DIO, CLK and STB after each change; who lets go leaves a line to its pull-up. */
function* levelsOf(steps: string) {
  const levels = [1, 1, 1]
  for (const step of steps) {
    const number = step.charCodeAt(0) - (step >= 'a' ? 97 : step >= 'A' ? 65 : 48)
    const before = [...levels]
    levels[number] = step >= 'A' && step < 'a' ? 0 : 1
    const [dio = 0, clk = 0, stb = 0] = levels
    yield { dio, clk, stb, clkRose: clk > (before[1] ?? 0), before }
  }
}

/** TM1638: what is clocked in while the strobe is low, lowest bit first. */
function strobed(steps: string): string[] {
  const sent: string[] = []
  let bits = ''
  for (const { dio, stb, clkRose, before } of levelsOf(steps)) {
    if (stb === 0 && clkRose) bits += dio
    if (stb > (before[2] ?? 0)) {
      sent.push(bytesOf(bits, 8))
      bits = ''
    }
  }
  return sent
}

/** TM1637: DIO falls and rises while CLK is high; nine clocks a byte, the ninth for the chip's answer. */
function startedAndStopped(steps: string): string[] {
  const sent: string[] = []
  let bits: string | undefined
  for (const { dio, clk, clkRose, before } of levelsOf(steps)) {
    const [dioWas = 0, clkWas = 0] = before
    if (clkRose && bits !== undefined) bits += dio
    if (clk === 1 && clkWas === 1 && dioWas > dio) bits = ''
    if (clk === 1 && clkWas === 1 && dioWas < dio && bits !== undefined) {
      // The clock rises once more before the stop.
      sent.push(bytesOf(bits.slice(0, -1), 9))
      bits = undefined
    }
  }
  return sent
}

function bytesOf(bits: string, clocks: number): string {
  const bytes = bits.match(new RegExp(`.{${clocks}}`, 'g')) ?? []
  if (bytes.length * clocks !== bits.length) throw new Error(`${bits.length} bits are no bytes`)
  return bytes
    .map((byte) => Number.parseInt([...byte.slice(0, 8)].reverse().join(''), 2))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
