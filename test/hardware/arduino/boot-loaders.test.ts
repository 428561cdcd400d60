// The boot loaders that are on real boards, as Debian's package arduino-core-avr has them, on the
// simulated processor.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { flashArduino } from '../../../hardware/arduino/flash.ts'
import { parseIntelHex } from '../../../hardware/arduino/intel-hex.ts'
import type { SerialLine } from '../../../hardware/arduino/stk500.ts'
import { Atmega328p } from '../../../hardware/virtual/atmega328p.ts'
import { firmware } from '../../support/uno.ts'

const folder = '/usr/share/arduino/hardware/arduino/avr/bootloaders'
/** The file of Optiboot has a record for what is no flash behind it. */
const fileBytes = 0x10000
const flashBytes = 0x8000

function bootLoader(file: string, start: number) {
  let text: string
  try {
    text = readFileSync(`${folder}/${file}`, 'utf8')
  } catch {
    throw new Error(`${folder}/${file} is missing: npm run setup`)
  }
  return { program: parseIntelHex(text, file, fileBytes).slice(start, flashBytes), start }
}

/** The serial port of a board, on the clock of its processor. Bytes at another speed than its own are lost. */
function lineTo(uno: Atmega328p, said: number[]) {
  let rate = 0
  const hears = () => Math.abs(uno.baudRate / rate - 1) < 0.04
  const line: SerialLine = {
    async write(bytes) {
      if (hears()) uno.receive(bytes)
      else uno.run((bytes.length * 10_000) / rate)
      while (uno.waiting > 0) uno.run(1)
    },
    async read(count, withinMs) {
      for (let ms = 0; ms < withinMs && said.length < count; ms += 1) {
        uno.run(1)
        if (!hears()) said.length = 0
      }
      return Uint8Array.from(said.splice(0, count))
    },
    discard() {
      said.length = 0
    },
    async setBaudRate(wanted) {
      rate = wanted
    },
    async pulseDtr() {
      uno.reset()
    },
    async close() {},
  }
  return line
}

for (const [name, loader, baudRate] of [
  ['Optiboot of an Uno', bootLoader('optiboot/optiboot_atmega328.hex', 0x7e00), 115_200],
  ['ATmegaBOOT of an old Nano', bootLoader('atmega/ATmegaBOOT_168_atmega328.hex', 0x7800), 57_600],
] as const) {
  test(`flash goes through the real ${name}, which then starts our firmware`, async () => {
    const said: number[] = []
    const blink = Uint8Array.of(0xff, 0xcf) // A jump to itself.
    const uno = new Atmega328p({
      program: blink,
      chips: [],
      bootLoader: loader,
      onByte: (byte) => said.push(byte),
    })
    const program = firmware()
    const lines: string[] = []
    const flash = (bytes: Uint8Array) =>
      flashArduino({
        line: lineTo(uno, said),
        sleep: async (ms) => uno.run(ms),
        name: '/dev/ttyACM0',
        program: bytes,
        isOurs: true,
        say: (text) => lines.push(text),
        progress: () => undefined,
        signal: new AbortController().signal,
      })
    await flash(program)
    assert.deepEqual(lines, [
      `boot loader at ${baudRate} baud`,
      `${program.length} bytes for /dev/ttyACM0`,
      '/dev/ttyACM0 runs VisitorCounter 1.0',
    ])
    assert.deepEqual(uno.flash.slice(0, program.length), program)
    const { start, program: itself } = loader
    assert.deepEqual(uno.flash.slice(start, start + itself.length), itself, 'it is still there')
    assert.deepEqual(uno.watchdog, { resets: false, interrupts: true })
  })
}
