import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { displayOf } from '../../../device/displays/index.ts'
import { boards } from '../../../hardware/wiring/boards.ts'
import { diagram } from '../../../hardware/wiring/diagram.ts'
import { diagramPath, wiringDocument } from '../../../hardware/wiring/document.ts'
import {
  boardOf,
  command,
  connectionsOf,
  defaultPins,
  type Pair,
  pairs,
  pinsSetting,
  wires,
} from '../../../hardware/wiring/wiring.ts'

// This file runs from build/test/hardware/wiring/.
const root = join(import.meta.dirname, '..', '..', '..', '..')
const drawings = new Map(pairs.map((pair) => [pair, diagram(pair)]))
const lines = ['data', 'clock', 'cs', 'sda', 'scl']

function nameOf({ board, display }: Pair): string {
  return `${board.id}-${display.id}`
}

function pairOf(boardId: string, displayId: string): Pair {
  const pair = pairs.find(({ board, display }) => board.id === boardId && display.id === displayId)
  assert.ok(pair)
  return pair
}

describe('wiring.md and its drawings', () => {
  it('are what hardware/wiring/ makes (npm run wiring)', () => {
    assert.equal(readFileSync(join(root, 'wiring.md'), 'utf8'), wiringDocument())
    for (const [pair, svg] of drawings) {
      assert.equal(readFileSync(join(root, diagramPath(pair)), 'utf8'), svg, nameOf(pair))
    }
    const files = readdirSync(join(root, 'hardware', 'wiring', 'diagrams'))
    assert.deepEqual(files.sort(), pairs.map((pair) => `${nameOf(pair)}.svg`).sort())
  })

  for (const [pair, svg] of drawings) {
    it(`draw ${nameOf(pair)} well-formed, with every pad and pin named`, () => {
      assert.deepEqual(unclosed(svg), [])
      const words = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, word = '']) => word)
      for (const { from, to, pad } of wires(pair)) {
        assert.ok(words.includes(from), from)
        if (pad.purpose === 'logic') continue
        assert.ok(
          words.some((word) => word.split(' ').includes(to)),
          to,
        )
      }
    })
  }
})

describe('wires', () => {
  for (const pair of pairs) {
    it(`of ${nameOf(pair)} reach every pad, and no two lines one pin`, () => {
      const { board, display } = pair
      const laid = wires(pair)
      assert.deepEqual(
        laid.map(({ from }) => from),
        display.pads.map(({ label }) => label),
      )
      const { left, right } = board.outline
      for (const { to } of laid) assert.ok([...left, ...right].includes(to), `no pin ${to}`)
      const taken = laid
        .filter(({ pad }) => lines.includes(pad.purpose) || pad.purpose === 'ground')
        .map(({ to }) => to)
      assert.equal(new Set(taken).size, taken.length)
      const supply = laid.find(({ pad }) => pad.purpose === 'supply')?.to
      assert.ok(supply && !taken.includes(supply))
    })
  }

  it('go through a level shifter from a 3.3 V board to a 5 V display, and nowhere else', () => {
    for (const pair of pairs) {
      const shifted = wires(pair).flatMap(({ from, via }) => (via ? [from] : []))
      const needed = pair.display.id.startsWith('max7219') && pair.board.logicVolts === 3.3
      assert.deepEqual(shifted, needed ? ['DIN', 'CS', 'CLK'] : [], nameOf(pair))
    }
  })

  it('never give a 3.3 V board more than 3.3 V through the pull-ups of a module', () => {
    for (const board of boards.filter(({ logicVolts }) => logicVolts === 3.3)) {
      for (const id of ['ht16k33', 'tm1637', 'tm1638']) {
        const supply = wires(pairOf(board.id, id)).filter(({ pad }) =>
          ['supply', 'logic'].includes(pad.purpose),
        )
        for (const { to } of supply) assert.equal(to, board.supply[3.3].label)
      }
    }
  })

  it('stay on one Firmata port, so that the pins change in one message', () => {
    for (const pair of pairs) {
      const ports = wires(pair)
        .filter(({ pad }) => ['data', 'clock', 'cs'].includes(pad.purpose))
        .flatMap(({ number }) => (number === undefined ? [] : [number >> 3]))
      assert.ok(new Set(ports).size <= 1, nameOf(pair))
    }
  })

  // What it boots by, its flash, its serial port, its USB: ESP8266 data sheet, table 2-1; ESP32 and
  // ESP32-C3 data sheets, "Strapping Pins" and "Flash".
  const taboo = [
    ['d1-mini', [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 15, 16]],
    ['nodemcu', [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 15, 16]],
    ['esp32', [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 34, 35, 36, 39]],
    ['esp32-c3', [2, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]],
  ] as const
  for (const [board, pins] of taboo) {
    it(`leave alone what an ${board} boots by, its flash and its serial port`, () => {
      for (const { id } of pairs
        .filter((pair) => pair.board.id === board)
        .map(({ display }) => display)) {
        for (const { number } of wires(pairOf(board, id))) {
          const isTaken = pins.some((pin) => pin === number)
          assert.ok(!isTaken, `${id}: GPIO${number}`)
        }
      }
    })
  }

  it('of a Raspberry Pi are those of the kernel’s SPI 0 and I2C 1', () => {
    const ends = (id: string) => wires(pairOf('raspi', id)).map(({ from, to }) => `${from} ${to}`)
    assert.deepEqual(ends('max7219'), ['VCC 2', 'GND 6', 'DIN 19', 'CS 24', 'CLK 23'])
    assert.deepEqual(ends('ht16k33'), ['VI2C 1', 'VCC 1', 'GND 6', 'SDA 3', 'SCL 5'])
  })
})

describe('defaultPins', () => {
  const cases = [
    ['uno', 'max7219', 'data=2,clock=3,cs=4'],
    ['nano', 'max7219', 'data=2,clock=3,cs=4'],
    ['mkr', 'tm1637', 'data=2,clock=3,cs=4'],
    [undefined, 'max7219', 'data=2,clock=3,cs=4'],
    ['d1-mini', 'max7219', 'data=13,clock=14,cs=12'],
    ['esp32', 'max7219', 'data=23,clock=18,cs=19'],
    ['photon', 'max7219', 'data=15,clock=13,cs=12'],
    ['raspi', 'max7219', undefined],
    ['raspi', 'tm1637', 'data=4,clock=5,cs=6'],
    ['uno', 'ht16k33', undefined],
    [undefined, 'ht16k33', undefined],
  ] as const
  for (const [board, display, setting] of cases) {
    it(`of ${board ?? 'an unknown board'} and ${display} are ${setting ?? 'none'}`, () => {
      const pins = defaultPins(board, displayOf(display).bus)
      assert.equal(pins && pinsSetting(pins), setting)
    })
  }

  it('are the pins that the wires go to', () => {
    for (const pair of pairs) {
      const pins = defaultPins(pair.board.id, pair.display.bus)
      for (const { pad, number } of wires(pair)) {
        if (pad.purpose !== 'data' && pad.purpose !== 'clock' && pad.purpose !== 'cs') continue
        assert.equal(number, pins?.[pad.purpose], nameOf(pair))
      }
    }
  })
})

describe('command', () => {
  const cases = [
    ['uno', 'max7219', '--board serial:/dev/ttyACM0 --display max7219'],
    [
      'd1-mini',
      'max7219',
      '--board tcp:192.168.1.20 --display max7219 --pins data=13,clock=14,cs=12',
    ],
    ['d1-mini', 'tm1637', '--board tcp:192.168.1.20 --display tm1637 --pins data=13,clock=14'],
    ['nodemcu', 'ht16k33', '--board tcp:192.168.1.20 --display ht16k33'],
    ['photon', 'max7219', '--board voodoospark:192.168.1.20 --display max7219'],
    ['raspi', 'max7219', '--board raspi --display max7219'],
    ['raspi', 'tm1637', '--board io:raspi-io --display tm1637 --pins data=4,clock=5'],
  ] as const
  for (const [board, display, flags] of cases) {
    it(`of ${board} and ${display} is ${flags}`, () => {
      const pair = pairOf(board, display)
      const [usual] = connectionsOf(pair)
      assert.ok(usual)
      assert.equal(command(pair, usual), `visitor-counter device ${flags}`)
    })
  }

  it('knows the board by the kind of --board only where there is no other', () => {
    assert.equal(boardOf('particle'), 'photon')
    assert.equal(boardOf('voodoospark'), 'photon')
    assert.equal(boardOf('raspi'), 'raspi')
    for (const kind of ['serial', 'tcp', 'io', 'virtual']) assert.equal(boardOf(kind), undefined)
  })

  it('exists for every pair', () => {
    for (const pair of pairs) {
      const hasOne = connectionsOf(pair).length > 0 || pair.board.esphome !== undefined
      assert.ok(hasOne, nameOf(pair))
    }
  })
})

/** Elements that are left open or closed out of turn, and stray markup; enough for what we write. */
function unclosed(xml: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [tag, close, name = '', , empty] of xml.matchAll(
    /<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)\s*(\/?)>/g,
  )) {
    if (close) {
      if (open.pop() !== name) wrong.push(tag)
    } else if (!empty) open.push(name)
  }
  const text = xml.replaceAll(/<[^<>]*>/g, '')
  if (/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(text)) wrong.push('stray markup')
  const tags = xml.match(/</g)?.length ?? 0
  const read = xml.match(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/g)?.length ?? 0
  if (tags !== read) wrong.push(`${tags - read} tags that are none`)
  return [...wrong, ...open]
}
