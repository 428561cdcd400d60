import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Wiring } from '../../../device/boards/board.ts'
import { Link } from '../../../device/boards/link.ts'
import { openPlugin } from '../../../device/boards/plugin.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { tm1637 } from '../../../device/displays/tm1637.ts'
import { initialize } from '../../../device/displays/transfers.ts'
import { toCells } from '../../../device/face/frame.ts'
import { chainMax7219 } from '../../../hardware/virtual/max7219.ts'
import { MODE_INPUT, MODE_OUTPUT, Pins } from '../../../hardware/virtual/pins.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { pins } from '../../support/displays.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'

/**
 * An IO plugin as github.com/rwaldron/io-plugins asks for: ready some time after it is made, modes and
 * levels by pin. What it is told is kept where the test can see it.
 */
const plugin = `
const { EventEmitter } = require('node:events')
class DeskIO extends EventEmitter {
  constructor() {
    super()
    this.name = 'DeskIO'
    this.isReady = false
    this.MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 }
    this.HIGH = 1
    this.LOW = 0
    this.pins = []
    this.analogPins = []
    this.calls = []
    DeskIO.made.push(this)
    setImmediate(() => {
      this.emit('connect')
      this.isReady = true
      this.emit('ready')
    })
  }
  pinMode(pin, mode) { this.calls.push(['mode', pin, mode]) }
  digitalWrite(pin, level) { this.calls.push(['write', pin, level]) }
  i2cConfig(options) { this.calls.push(['i2cConfig', options.delay]) }
  i2cWrite(address, bytes) { this.calls.push(['i2c', address, ...bytes]) }
}
DeskIO.made = []
globalThis.deskIO = DeskIO
`

const shapes = {
  'desk-io': `${plugin}module.exports = DeskIO`,
  'desk-io-default': `${plugin}module.exports = { default: DeskIO, version: 1 }`,
  'desk-io-named': `${plugin}module.exports = { DeskIO }`,
  'no-io': 'module.exports = { hello: 1 }',
  'bad-io': 'module.exports = class { constructor() { throw new Error("no bus here") } }',
  'other-io': 'module.exports = class {}',
} as const

interface Made {
  readonly calls: (string | number)[][]
  emit(event: string, error?: Error): void
}

/** A folder with the plugins installed, in which the program is started. */
async function startIn(t: TestContext): Promise<() => Made[]> {
  const folder = await temporaryFolder(t)
  for (const [name, code] of Object.entries(shapes)) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true })
    await writeFile(join(folder, 'node_modules', name, 'index.js'), code)
  }
  t.mock.method(process, 'cwd', () => folder)
  t.after(() => Reflect.deleteProperty(globalThis, 'deskIO'))
  return () => (Reflect.get(globalThis, 'deskIO') as { made: Made[] } | undefined)?.made ?? []
}

const { signal } = new AbortController()
const spi: Wiring = { bus: 'spi', pins }

/** Plays what a plugin was told to virtual pins. */
function replay(calls: Made['calls'], wires: Pins): void {
  for (const [kind, pin = 0, value = 0] of calls.map((call) => call as [string, number, number])) {
    if (kind === 'mode') wires.setMode(pin, value === 1 ? MODE_OUTPUT : MODE_INPUT)
    else if (kind === 'write') wires.write(1 << pin, value << pin)
  }
}

for (const name of ['desk-io', 'desk-io-default', 'desk-io-named']) {
  test(`a MAX7219 is driven through the IO plugin ${name}`, async (t) => {
    const made = await startIn(t)
    const board = await openPlugin(name, spi, signal)
    assert.equal(board.name, `DeskIO at io:${name}`)
    const segments = [0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70, 0x7f]
    const frame = { cells: toCells('12345678'), intensity: 3, on: true }
    await board.send(initialize(max7219.open({}), frame))
    const [chip] = chainMax7219(pins, 1)
    assert.ok(chip)
    replay(made().at(-1)?.calls ?? [], new Pins([], [chip]))
    assert.deepEqual(chip.display(), { segments, on: true, intensity: 3 })
    assert.deepEqual(chip.violations, [])
  })
}

test('a TM1637 is driven through an IO plugin, its acknowledgement never driven against', async (t) => {
  const made = await startIn(t)
  const wiring: Wiring = { bus: 'two-wire', pins }
  const board = await openPlugin('desk-io', wiring, signal)
  const segments = [0x30, 0x6d, 0x79, 0x33]
  const frame = { cells: toCells('1234'), intensity: 3, on: true }
  await board.send(initialize(tm1637.open({}), frame))
  const chip = new Tm1637(pins)
  replay(made().at(-1)?.calls ?? [], new Pins([], [chip]))
  assert.deepEqual(chip.display().segments, segments)
  assert.deepEqual(chip.violations, [])
})

test('an HT16K33 gets its bytes through an IO plugin, set up before', async (t) => {
  const made = await startIn(t)
  const wiring: Wiring = { bus: 'i2c', pins }
  const board = await openPlugin('desk-io', wiring, signal)
  await board.send([{ bus: 'i2c', address: 0x70, bytes: [0x21] }])
  assert.deepEqual(made().at(-1)?.calls, [
    ['i2cConfig', 0],
    ['i2c', 0x70, 0x21],
  ])
})

test('a plugin that says it is gone is made anew', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const made = await startIn(t)
  const log = recordingLog()
  const link = new Link({
    open: (wiring, signal) => openPlugin('desk-io', wiring, signal),
    wiring: spi,
    display: max7219.open({}),
    now: Date.now,
    random: () => 0,
    log,
  })
  t.after(() => link.stop(undefined))
  link.show({ cells: toCells('00000000'), intensity: 3, on: true })
  link.start()
  await until('the first', () => log.lines.some((line) => line.includes('ready')))
  const before = made().length
  made().at(-1)?.emit('error', new Error('the bus has gone'))
  await until('another', () => {
    t.mock.timers.tick(100)
    return made().length > before
  })
  assert.ok(log.lines.some((line) => line.includes('the bus has gone')))
})

const refusals: [name: string, says: RegExp][] = [
  ['raspi-io-typo', /raspi-io-typo cannot be loaded .* npm install raspi-io-typo/],
  ['no-io', /no-io is no johnny-five IO plugin/],
  ['other-io', /other-io is no johnny-five IO plugin/],
  ['bad-io', /no bus here/],
]
for (const [name, says] of refusals) {
  test(`io:${name} is refused in one line: ${says}`, async (t) => {
    await startIn(t)
    await assert.rejects(openPlugin(name, spi, signal), says)
  })
}
