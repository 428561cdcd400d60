import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ht16k33 } from '../../../device/displays/ht16k33.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { tm1637 } from '../../../device/displays/tm1637.ts'
import { tm1638 } from '../../../device/displays/tm1638.ts'
import { refresh as refreshOf } from '../../../device/displays/transfers.ts'
import { toCells } from '../../../device/face/frame.ts'
import { dashes, numberText } from '../../../device/face/number.ts'
import type { Drive } from '../../../hardware/virtual/pins.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { type Program, run } from '../../support/cpp.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { buildDesk, buildFuzz, type Configuration, play, sentIn, type Wired } from './host.ts'

const digitsOf: Readonly<Record<Wired, number>> = {
  max7219: 8,
  tm1638: 8,
  'tm1637-6': 6,
  'tm1637-4': 4,
  ht16k33: 4,
}
const wirings = Object.keys(digitsOf) as Wired[]

const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex')

/** All that a display is sent for a text, by the driver of the device program. */
function refresh(wired: Wired, text: string, intensity: number, on: boolean): string[] {
  const frame = { cells: toCells(text), intensity, on }
  return refreshOf(drivers[wired], frame).map(({ bytes }) => hex(bytes))
}

const drivers = {
  max7219: max7219.open({}),
  ht16k33: ht16k33.open({}),
  'tm1637-4': tm1637.open({ points: false }),
  'tm1637-6': tm1637.open({ digits: 6, points: true }),
  tm1638: tm1638.open({}),
}

/** What clock modules show of a number that others shorten with a point. */
function withoutPoints(text: string): string {
  return text.replace(/^(\d)\.\d(E\d)$/, ' $1$2')
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const hear = (text: unknown, counter = 'visitors.total') =>
  `hear ${counter} ${typeof text === 'object' ? JSON.stringify(text) : text}`
const asOf = '2026-11-21T20:59:00.000Z'
const asOfSeconds = Date.parse(asOf) / 1000
const attributes = { value: 1234, metric: 'visitors', period: 'total', asOf, stale: false }

/** What is done to a desk, and what it shows then: of a number its text, with the sign or without. */
interface Case {
  readonly script: readonly string[]
  readonly value?: number
  readonly sign?: true
  readonly dark?: true
  readonly intensity?: number
  readonly configuration?: Configuration
}

const dim = '22:00-07:00=off,19:00-22:00=1'
const cases: Readonly<Record<string, Case>> = {
  'dashes until the first number': { script: [] },
  '0': { script: [hear(0)], value: 0 },
  '7': { script: [hear(7)], value: 7 },
  '12345678': { script: [hear(12_345_678)], value: 12_345_678 },
  '123456789': { script: [hear(123_456_789)], value: 123_456_789 },
  'a number that a float rounds': { script: [hear({ value: 16_777_217 })], value: 16_777_217 },
  'the largest count': { script: [hear('9007199254740991')], value: 9_007_199_254_740_991 },
  'what /v1/count answers': { script: [hear(attributes)], value: 1234 },
  'a number that its bridge takes for old': {
    script: [hear({ ...attributes, stale: true })],
    value: 1234,
    sign: true,
  },
  'a number whose bridge is gone': {
    script: [hear(attributes), 'status offline'],
    value: 1234,
    sign: true,
  },
  'a number whose bridge is back': {
    script: ['status offline', hear(attributes), 'status online'],
    value: 1234,
  },
  'a number that is not offered any more': {
    script: [hear(attributes), hear('')],
    value: 1234,
    sign: true,
  },
  'a number that was refused after one that was not': {
    script: [hear(1234), hear('1e9'), hear('<html>'), hear('{"value":99')],
    value: 1234,
  },
  'a number that nobody has confirmed for 150 seconds': {
    script: [hear(attributes), 'advance 150000 1000'],
    value: 1234,
    sign: true,
  },
  'the usual brightness while the time is not known': {
    script: [hear(1234)],
    value: 1234,
    configuration: { dim },
  },
  'the dim evening': {
    script: [`epoch ${asOfSeconds - 5 * 60}`, hear(1234), 'advance 4000 50'],
    value: 1234,
    intensity: 1,
    configuration: { dim },
  },
  'the dark night': {
    script: [`epoch ${asOfSeconds + 5 * 60}`, hear(1234), 'advance 4000 50'],
    value: 1234,
    dark: true,
    configuration: { dim },
  },
  'a display that is switched off': {
    script: [hear(1234), 'lit 0', 'advance 4000 50'],
    value: 1234,
    dark: true,
  },
  'the brightness that was set': {
    script: [hear(1234), 'brightness 5', 'advance 4000 50'],
    value: 1234,
    intensity: 5,
  },
  'more brightness than some chips have': {
    script: [hear(1234)],
    value: 1234,
    intensity: 12,
    configuration: { brightness: '12' },
  },
}

for (const standard of ['c++17', 'c++20'] as const) {
  describe(`the component for ESPHome, as ${standard},`, () => {
    let desk: Program
    before(async () => {
      desk = await buildDesk(standard)
    })
    after(() => desk.remove())

    for (const wired of standard === 'c++17' ? wirings : (['max7219'] as const)) {
      for (const [
        what,
        { script, value, sign, dark, intensity = 3, configuration },
      ] of Object.entries(cases)) {
        test(`shows ${what} on ${wired}, byte for byte`, async () => {
          const lines = await play(
            desk,
            wired,
            ['boot', ...script, 'advance 1000 50'],
            configuration,
          )
          const sent = sentIn(wired, lines).map(({ bytes }) => bytes)
          const digits = digitsOf[wired]
          const text = value === undefined ? dashes(digits) : numberText(value, digits)
          const shown = wired === 'tm1637-4' ? withoutPoints(text) : sign ? `${text}.` : text
          const expected = refresh(wired, shown, dark ? 0 : intensity, dark !== true)
          assert.deepEqual(sent.slice(-expected.length), expected)
        })
      }

      test(`begins dark on ${wired}, and writes all of it each second`, async () => {
        const lines = await play(desk, wired, ['boot', 'advance 5000 50'])
        const sent = sentIn(wired, lines)
        const first = { max7219: ['0c00'], ht16k33: ['21', '80'] }
        const dark = first[wired as keyof typeof first] ?? ['80']
        const whole = refresh(wired, dashes(digitsOf[wired]), 3, true)
        assert.deepEqual(
          sent.map(({ bytes }) => bytes),
          [...dark, ...Array.from({ length: 6 }, () => whole).flat()],
        )
        const times = [...new Set(sent.map(({ ms }) => ms))]
        assert.deepEqual(times, [0, 1000, 2000, 3000, 4000, 5000])
      })
    }

    for (const wired of ['tm1637-4', 'tm1637-6'] as const) {
      test(`keeps the rules of the data sheet on the wires of a ${wired}`, async () => {
        const digits = digitsOf[wired]
        const gridOrder = digits === 6 ? [3, 2, 1, 6, 5, 4] : [1, 2, 3, 4]
        const chip = new Tm1637({ data: 0, clock: 1 }, { digits, gridOrder })
        let drive: Drive = { levels: 0, outputs: 0 }
        const script = ['boot', hear(120), 'advance 1000 50', hear(199), 'advance 50 50']
        for (const { what, rest } of await play(desk, wired, script)) {
          if (what !== 'wire') continue
          for (const step of rest.split(' ')[1] ?? '') {
            const before = drive
            const base = step >= 'a' ? 'a' : step >= 'A' ? 'A' : '0'
            const bit = 1 << (step.charCodeAt(0) - base.charCodeAt(0))
            drive = {
              outputs: base === '0' ? before.outputs & ~bit : before.outputs | bit,
              levels: base === 'A' ? before.levels & ~bit : before.levels | bit,
            }
            chip.driveChanged(before, drive)
          }
        }
        assert.deepEqual(chip.violations, [])
        assert.equal(segmentsToText(chip.display().segments), numberText(199, digits))
      })
    }

    test('tells of an old number without points by digits that go out', async () => {
      const dark = async (script: readonly string[]) => {
        const lines = await play(desk, 'tm1637-4', ['boot', hear(attributes), ...script])
        const sent = sentIn('tm1637-4', lines)
        const blank = sent.filter(({ bytes }) => bytes === 'c000' || bytes === 'c300')
        return [...new Set(blank.map(({ ms }) => Math.floor(ms / 1000)))]
      }
      assert.deepEqual(await dark(['advance 9000 50']), [])
      assert.deepEqual(await dark(['advance 1000 50', 'status offline', 'advance 8000 50']), [4, 8])
    })

    const says = async (script: readonly string[], configuration?: Configuration) => {
      const lines = await play(desk, 'max7219', [...script, 'say 8'], configuration)
      return lines.filter(({ what }) => what === 'says').map(({ rest }) => rest)
    }

    test('blinks the sign slowly when the number is more than an hour old', async () => {
      const script = ['boot', hear(5), `advance ${hourMs} 1000`]
      const lit = await says([
        ...script,
        ...Array.from({ length: 4 }, () => ['say 8', 'advance 1000 500']).flat(),
      ])
      const signs = lit.slice(0, 4).map((text) => (text.includes('5.]') ? 'lit' : 'dark'))
      assert.match(signs.join(' '), /^(lit dark lit dark|dark lit dark lit)$/)
    })

    test('says for other displays what theirs shows', async () => {
      const [old = ''] = await says(['boot', hear({ ...attributes, stale: true }), 'advance 50 50'])
      assert.match(old, /^\[ {4}1234\.\] old=1 intensity=3 on=1 count=1234 /)
      const [fresh = ''] = await says(['boot', hear(123_456_789), 'advance 50 50'])
      assert.match(fresh, /^\[123\.456E6\] old=0 /)
      const [off = ''] = await says(['boot', hear(1), 'lit 0', 'advance 4000 50'])
      assert.match(off, /^\[\] old=0 intensity=0 on=0 count=1 .* lit=0$/)
      const [nothing = ''] = await says(['boot'])
      assert.match(nothing, /^\[-{8}\] old=1 .* count= /)
    })

    test('takes for old what a broker kept from before a crash, where it has a clock', async () => {
      const kept = hear({ ...attributes, everyMs: 5000 })
      const late = `epoch ${asOfSeconds + 200}`
      const soon = `epoch ${asOfSeconds + 60}`
      const old = async (script: readonly string[]) => (await says(['boot', ...script]))[0]
      assert.match((await old([late, kept])) ?? '', /1234\.\] old=1/)
      assert.match((await old([soon, kept])) ?? '', /1234\] old=0/)
      assert.match((await old([kept])) ?? '', /1234\] old=0/, 'by its arrival, without a clock')
      assert.match((await old([kept, late])) ?? '', /1234\.\] old=1/, 'when the time is known')
    })

    test('keeps a later number when a bridge that has just started again tells what it remembers', async () => {
      const older = { ...attributes, value: 1200, asOf: '2026-11-21T19:00:00Z', stale: true }
      const [text = ''] = await says(['boot', hear(attributes), hear(older)])
      assert.match(text, /1234\.\] old=1/)
      const [again = ''] = await says(['boot', hear(attributes), hear(older), hear(attributes)])
      assert.match(again, /1234\] old=0/)
    })

    test('shows the counter that is chosen, with what it has heard of it meanwhile', async () => {
      const counters = ['visitors.total', 'visitors.today']
      const script = ['boot', hear(1000), hear(7, 'visitors.today'), hear(8, 'visitors.online')]
      assert.match((await says(script, { counters }))[0] ?? '', /1000\] .* shown=visitors.total/)
      const chosen = [...script, 'show visitors.today', 'show visitors.online']
      assert.match((await says(chosen, { counters }))[0] ?? '', / {7}7\] .* shown=visitors.today/)
    })

    test('celebrates a milestone that it sees passed, not the first number, not by night', async () => {
      const lit = async (script: readonly string[], configuration?: Configuration) => {
        const lines = await play(desk, 'max7219', script, configuration)
        const sent = sentIn('max7219', lines).map(({ bytes }) => bytes)
        return sent.slice(-9, -1).filter((word) => !word.endsWith('00')).length
      }
      const rise = ['boot', hear(990), 'advance 100 50', hear(1003), 'advance 1000 50']
      assert.equal(await lit(rise), 1)
      assert.equal(await lit([...rise, 'advance 8000 50']), 4)
      assert.equal(await lit(['boot', hear(1003), 'advance 1000 50']), 4)
      const evening = `epoch ${asOfSeconds - 5 * 60}`
      assert.equal(await lit([evening, ...rise], { dim }), 4)
    })

    test('brings the counter that celebrates to the front', async () => {
      const counters = ['visitors.total', 'visitors.today']
      const today = (value: number) => hear(value, 'visitors.today')
      const script = ['boot', hear(1003), today(9), 'advance 100 50', today(10), 'advance 6000 50']
      const lines = await play(desk, 'max7219', [...script, 'advance 1000 100'], { counters })
      const sent = sentIn('max7219', lines).map(({ bytes }) => bytes)
      const whole = refresh('max7219', '      10', 3, true)
      assert.ok(sent.join(' ').includes(whole.join(' ')))
    })

    test('shows after a power cut the number of before, as old, at once, with its brightness', async (t) => {
      const flash = join(await temporaryFolder(t), 'flash')
      const script = ['boot', 'brightness 9', hear(4321), 'advance 1000 100']
      await play(desk, 'max7219', script, { flash })
      const lines = await play(desk, 'max7219', ['boot'], { flash })
      const sent = sentIn('max7219', lines).map(({ bytes }) => bytes)
      assert.deepEqual(sent.slice(1), refresh('max7219', '    4321.', 9, true))
      assert.match((await says(['boot', hear(4322)], { flash }))[0] ?? '', /4322\] old=0/)
      const other = { flash, memoryKey: 2 }
      assert.match((await says(['boot'], other))[0] ?? '', /-{8}/, 'the memory of another counter')
    })

    test('tells the age of a remembered number by its own time, where it has a clock', async (t) => {
      const flash = join(await temporaryFolder(t), 'flash')
      await play(desk, 'max7219', ['boot', hear(attributes), 'advance 1000 100'], { flash })
      const later = [`epoch ${asOfSeconds + 2 * 3600}`, 'boot', 'say 8', 'advance 1000 500']
      const texts = await says(later, { flash })
      const signs = texts.map((text) => text.includes('1234.]'))
      assert.deepEqual(signs.toSorted(), [false, true], 'it blinks')
    })

    test('dates a bare number by its own clock', async (t) => {
      const flash = join(await temporaryFolder(t), 'flash')
      const start = [`epoch ${asOfSeconds}`, 'boot', hear(42), 'advance 1000 100']
      await play(desk, 'max7219', start, { flash })
      const later = [`epoch ${asOfSeconds + 2 * 3600}`, 'boot', 'say 8', 'advance 1000 500']
      const signs = (await says(later, { flash })).map((text) => text.includes('42.]'))
      assert.deepEqual(signs.toSorted(), [false, true], 'it blinks')
    })

    test('writes the first number down at once, and then once an hour if anything changed', async (t) => {
      const flash = join(await temporaryFolder(t), 'flash')
      const minutes = Array.from({ length: 3 * 60 }, (_, i) => [
        hear(1000 + i),
        `brightness ${i % 16}`,
        `advance ${minuteMs} 10000`,
      ])
      const quiet = Array.from({ length: 5 * 60 }, () => [hear(1179), `advance ${minuteMs} 10000`])
      const script = ['boot', ...minutes.flat(), ...quiet.flat()]
      const lines = await play(desk, 'max7219', script, { flash })
      const saved = lines.filter(({ what }) => what === 'saved').map(({ rest }) => Number(rest))
      assert.equal(saved.length, 4)
      for (const [i, ms] of saved.entries()) {
        if (i > 0) assert.ok(ms - (saved[i - 1] ?? 0) >= hourMs, saved.join())
      }
      const again = await play(desk, 'max7219', ['boot', hear(9999), 'advance 60000 1000'], {
        flash,
      })
      assert.deepEqual(
        again.filter(({ what }) => what === 'saved'),
        [],
        'a board that restarts again and again would wear its flash out',
      )
    })

    test('warns when nothing is at the address of an HT16K33, and draws when it comes', async () => {
      const script = ['i2c 0', 'boot', hear(42), 'advance 1000 50', 'say 4', 'i2c 1']
      const lines = await play(desk, 'ht16k33', [...script, 'advance 1000 50', 'say 4'])
      const warnings = lines.filter(({ what, rest }) => what === 'warning' && /^\d$/.test(rest))
      assert.deepEqual(
        warnings.map(({ rest }) => rest),
        ['1', '0'],
      )
      const expected = refresh('ht16k33', '  42', 3, true)
      const sent = sentIn('ht16k33', lines).map(({ bytes }) => bytes)
      assert.deepEqual(sent.slice(-expected.length), expected)
    })

    test('says in the log what was no number', async () => {
      const lines = await play(desk, 'max7219', ['boot', hear('<html>')])
      const warning = lines.find(({ what }) => what === 'warning')
      assert.equal(warning?.rest, 'visitors.total: no number, but "<html>"')
      assert.ok(lines.some(({ what, rest }) => what === 'heard' && rest === '0'))
    })
  })
}

test('nothing that MQTT or HTTP may bring, and nothing in the flash, breaks a desk', async (t) => {
  const fuzz = await buildFuzz()
  t.after(() => fuzz.remove())
  const seed = Math.floor(Math.random() * 2 ** 32)
  t.diagnostic(`seed ${seed}`)
  await run(fuzz, ['200000', String(seed)], [])
})
