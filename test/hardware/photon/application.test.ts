import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { max7219 } from '../../../device/displays/max7219.ts'
import { initialize, refresh } from '../../../device/displays/transfers.ts'
import { DP, toSegments } from '../../../device/face/font.ts'
import { toCells } from '../../../device/face/frame.ts'
import { numberText } from '../../../device/face/number.ts'
import { boards } from '../../../hardware/wiring/boards.ts'
import { run } from '../../support/cpp.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { buildDesk, codeBytes, platforms } from './host.ts'
import { watchWires } from './wires.ts'

const pins = {
  photon: wiredPins(),
  // hal/src/tron/pinmap_defines.h of Device OS: MOSI, SCK and SS are S0, S2 and S3.
  photon2: { data: 15, clock: 17, cs: 18 },
}

/** Where the drawings put the wires. */
function wiredPins() {
  const lines = boards.find(({ id }) => id === 'photon')?.lines
  assert.ok(lines)
  return { data: lines.data.number, clock: lines.clock.number, cs: lines.cs.number }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** A line that the program wrote, by words. */
interface Line {
  readonly what: string
  readonly rest: string
}

for (const platform of ['photon', 'photon2'] as const) {
  describe(`the firmware of ${platforms[platform].name}`, () => {
    let desk: Awaited<ReturnType<typeof buildDesk>>
    before(async () => {
      desk = await buildDesk(platform)
    })
    after(() => desk.remove())

    async function written(script: readonly string[], ...eeprom: string[]): Promise<Line[]> {
      const lines = await run(desk, eeprom, script)
      return lines.map((line) => {
        const [what = '', ...rest] = line.split(' ')
        return { what, rest: rest.join(' ') }
      })
    }

    const watch = () => watchWires(pins[platform])

    /** What the digits read after a script, and that nothing was amiss on the wires. */
    async function readsAfter(script: readonly string[], ...eeprom: string[]) {
      const { chip, play, text } = watch()
      for (const { what, rest } of await written(script, ...eeprom)) {
        if (what === 'wire') play(rest.split(' ')[1] ?? '')
      }
      // The select line is high from the start on, with nothing in the chip.
      assert.deepEqual(chip.violations.slice(1), [])
      assert.deepEqual(chip.violations.slice(0, 1), ['CS rose after 0 clocks, not 16 (p. 6)'])
      return { text: text(), display: chip.display() }
    }

    const only = (lines: readonly Line[], what: string) =>
      lines.filter((line) => line.what === what).map(({ rest }) => rest)

    async function eepromFile(t: TestContext): Promise<string> {
      const folder = await temporaryFolder(t)
      return join(folder, 'eeprom')
    }

    test('shows something before it knows of a network, and registers all before it connects', async () => {
      const lines = await written(['boot'])
      assert.deepEqual(
        lines.map(({ what, rest }) => (what === 'wire' ? what : `${what} ${rest}`)),
        [
          'mode 1',
          ...(platform === 'photon' ? ['thread 1'] : []),
          'wire',
          'function show',
          'function dim',
          'function brightness',
          'variable shown',
          'variable version=by hand',
          `subscribe visitors/count${platform === 'photon' ? ' mine' : ''}`,
          'watchdog 60000 1536',
          'connect ',
          'allocations 0',
        ],
      )
    })

    test('shows dashes until the first number, and -1 in its variable', async () => {
      const script = ['boot', 'advance 3000 500']
      assert.equal((await readsAfter(script)).text, '--------')
      assert.deepEqual(only(await written([...script, 'shown']), 'shown'), ['-1'])
    })

    for (const [digits, text, answer] of [
      ['0', '       0', 0],
      ['1234', '    1234', 1234],
      ['12345678', '12345678', 12_345_678],
      ['2147483646', '2.14748E9', 2_147_483_646],
      ['2147483647', '2.14748E9', 2_147_483_647],
      ['2147483648', '2.14748E9', 2_147_483_647],
      ['9007199254740991', '9.0071E15', 2_147_483_647],
    ] as const) {
      test(`called with ${digits} it shows "${text}" and answers ${answer}`, async () => {
        const script = ['boot', 'advance 1000 10', `call show ${digits}`, 'advance 10 10']
        const { text: shown, display } = await readsAfter(script)
        assert.equal(shown, text)
        assert.deepEqual(display.segments, toSegments(numberText(Number(digits), 8)))
        const lines = await written([...script, 'shown'])
        assert.deepEqual(only(lines, 'answer'), [String(answer)])
        assert.deepEqual(only(lines, 'shown'), [String(answer)])
      })
    }

    for (const refused of [
      ...['', ' ', '-1', '+1', '1.5', '1e3', ' 12', '12 ', '012', '1,234', '0x10', 'NaN'],
      ...['{"value":12}', '9007199254740992', '99999999999999999999999'],
    ]) {
      test(`refuses "${refused}" and keeps the number`, async () => {
        const script = ['boot', 'call show 77', `call show ${refused}`, 'advance 2000 500']
        assert.equal((await readsAfter(script)).text, '      77')
        assert.deepEqual(only(await written(script), 'answer'), ['77', '-1'])
      })
    }

    test('takes numbers from its event, not from others that begin alike, nor from empty ones', async () => {
      const script = ['boot', 'event visitors/count 55', 'advance 20 10']
      assert.equal((await readsAfter(script)).text, '      55')
      const others = ['event visitors/counter 66', 'event visitors/count/other 67']
      const empty = ['nothing visitors/count', 'event visitors/count {"value":68}', 'advance 20 10']
      assert.equal((await readsAfter([...script, ...others, ...empty])).text, '      55')
    })

    test('sends byte for byte what the driver of the device program sends', async () => {
      const { play, words } = watch()
      const script = ['boot', 'advance 500 10', 'call show 123456789', 'advance 1010 10']
      for (const rest of only(await written(script), 'wire')) play(rest.split(' ')[1] ?? '')
      const driver = max7219.open({})
      const frame = (text: string) => ({ cells: toCells(text), intensity: 3, on: true })
      assert.deepEqual(
        words,
        [
          ...initialize(driver, frame('--------')),
          ...refresh(driver, frame('123.456E6')),
          ...refresh(driver, frame('123.456E6')),
        ].map((transfer) => transfer.bytes),
      )
    })

    test('has a chip that lost its memory right again within a second', async () => {
      const { chip, play, text } = watch()
      const script = ['boot', 'call show 1234', 'advance 10000 10']
      const wires = only(await written(script), 'wire')
      for (const [index, rest] of wires.entries()) {
        const [ms = '', steps = ''] = rest.split(' ')
        const before = Number(wires[index - 1]?.split(' ')[0] ?? 0)
        assert.ok(Number(ms) - before <= 1000, `${before} to ${ms}`)
        chip.power(false)
        chip.power(true)
        play(steps)
        assert.equal(text(), index === 0 ? '--------' : '    1234')
      }
      assert.ok(wires.length >= 10)
    })

    test('lights the rightmost point when nothing came for 30 minutes, until something comes', async () => {
      const script = ['boot', 'call show 1234', `advance ${30 * minuteMs} 10000`]
      assert.equal((await readsAfter(script)).text, '    1234')
      const late = [...script, 'advance 1000 500']
      assert.equal((await readsAfter(late)).text, '    1234.')
      assert.equal((await readsAfter([...late, 'call show x', 'advance 20 10'])).text, '    1234.')
      assert.equal(
        (await readsAfter([...late, 'call show 1234', 'advance 20 10'])).text,
        '    1234',
      )
    })

    test('blinks that point slowly after an hour', async () => {
      const texts: string[] = []
      const { chip, play } = watch()
      const script = ['connected 1', 'boot', 'call show 5', `advance ${hourMs} 60000`]
      for (const { what, rest } of await written([...script, 'advance 4000 500'])) {
        const [ms = '', steps = ''] = rest.split(' ')
        if (what !== 'wire') continue
        play(steps)
        const lit = ((chip.display().segments[7] ?? 0) & DP) !== 0
        if (Number(ms) > hourMs) texts.push(lit ? 'lit' : 'dark')
      }
      assert.match(texts.join(' '), /^(lit )?dark lit dark lit( dark)?$/)
    })

    test('celebrates a milestone that it sees passed, once, and not in the hours that are dimmed', async () => {
      const script = ['boot', 'call show 990', 'advance 100 10', 'call show 1003']
      const lit = async (lines: readonly string[]) => {
        const { display } = await readsAfter(lines)
        return display.segments.filter((segments) => segments !== 0).length
      }
      assert.equal(await lit([...script, 'advance 1000 10']), 1)
      assert.equal((await readsAfter([...script, 'advance 8000 10'])).text, '    1003')
      const again = ['advance 8000 10', 'call show 998', 'advance 10 10', 'call show 1004']
      assert.equal(await lit([...script, ...again, 'advance 1000 10']), 4)
      const night = ['epoch 1795904400', 'boot', 'call dim 00:00-00:00=3', ...script.slice(1)]
      assert.equal(await lit([...night, 'advance 1000 10']), 4)
    })

    test('shows after a loss of power the number of before, marked as old, and at once', async (t) => {
      const eeprom = await eepromFile(t)
      await written(['boot', 'call show 4321', 'advance 1000 100'], eeprom)
      const { text } = await readsAfter(['boot'], eeprom)
      assert.equal(text, '    4321.')
      assert.deepEqual(only(await written(['boot', 'shown'], eeprom), 'shown'), ['4321'])
      const fresh = await readsAfter(['boot', 'call show 4322', 'advance 20 10'], eeprom)
      assert.equal(fresh.text, '    4322')
    })

    test('shows dashes when what it remembers was damaged', async (t) => {
      const eeprom = await eepromFile(t)
      await written(['boot', 'call show 4321', 'advance 1000 100'], eeprom)
      const bytes = await readFile(eeprom)
      bytes.writeUInt8(bytes.readUInt8(5) ^ 1, 5)
      await writeFile(eeprom, bytes)
      assert.equal((await readsAfter(['boot'], eeprom)).text, '--------')
    })

    test('writes the first number down at once, and then once an hour if it changed', async (t) => {
      const eeprom = await eepromFile(t)
      const minutes = Array.from({ length: 3 * 60 }, (_, i) => [
        `call show ${1000 + i}`,
        `advance ${minuteMs} 10000`,
      ])
      const busy = ['connected 1', 'boot', ...minutes.flat()]
      const quiet = [`advance ${5 * hourMs} 60000`]
      const saved = only(await written([...busy, ...quiet], eeprom), 'saved').map(Number)
      assert.equal(saved.length, 4)
      assert.equal(saved[0], 10_000)
      for (const [i, ms] of saved.entries()) {
        if (i > 0) assert.ok(ms - (saved[i - 1] ?? 0) >= hourMs, saved.join())
      }
      const restarted = ['connected 1', 'boot', 'call show 9999', `advance ${hourMs} 10000`]
      assert.deepEqual(only(await written(restarted, eeprom), 'saved'), [String(hourMs)])
    })

    // 2026-11-21T21:59:50Z, 22:59:50 in Berlin.
    const lateEvening = Date.UTC(2026, 10, 21, 21, 59, 50) / 1000

    test('is dimmed by night in its own zone, in steps, and remembers that', async (t) => {
      const eeprom = await eepromFile(t)
      const dim = 'call dim 23:00-07:00=off,19:00-23:00=1 CET-1CEST,M3.5.0,M10.5.0/3'
      const start = ['boot', 'call show 8', dim, 'call brightness 9']
      const usual = await readsAfter([...start, 'advance 5000 100'], eeprom)
      assert.equal(usual.display.intensity, 1, 'as long as the time is not known')

      const evening = [`epoch ${lateEvening}`, 'boot', 'call show 8', 'advance 9000 100']
      assert.equal((await readsAfter(evening, eeprom)).display.intensity, 1)
      const night = await readsAfter([...evening, 'advance 2000 100'], eeprom)
      assert.equal(night.display.on, false)
      const awake = [...evening, 'advance 2000 100', 'call dim none', 'advance 400 10']
      const waking = await readsAfter(awake, eeprom)
      assert.deepEqual([waking.display.on, waking.text], [true, '       8'])
      assert.ok(waking.display.intensity < 9, 'it does not jump')
      const day = await readsAfter([...evening, 'call dim none', 'advance 3000 100'], eeprom)
      assert.equal(day.display.intensity, 9)
    })

    test('refuses a dimming or a brightness that it does not understand', async () => {
      const calls = ['dim 22:00', 'dim 22:00-07:00=1 Europe/Berlin', 'brightness 16', 'brightness ']
      const lines = await written(['boot', ...calls.map((call) => `call ${call}`)])
      const answers = only(lines, 'answer')
      assert.deepEqual(answers, ['-1', '-1', '-1', '-1'])
      assert.deepEqual(only(lines, 'saved'), [])
    })

    test('starts anew when the cloud stays away, once an hour at most, with nothing unsaved', async (t) => {
      const eeprom = await eepromFile(t)
      const away = ['boot', 'call show 31', `advance ${3 * hourMs} 1000`]
      assert.deepEqual(only(await written(away, eeprom), 'reset'), [String(hourMs)])
      assert.equal((await readsAfter(['boot'], eeprom)).text, '      31.')

      const longOnline = ['connected 1', 'boot', `advance ${2 * hourMs} 1000`, 'connected 0']
      const lost = [...longOnline, `advance ${hourMs} 1000`]
      assert.deepEqual(only(await written(lost), 'reset'), [String(2 * hourMs + 10 * minuteMs)])

      const unsaved = ['boot', 'call show 32', 'advance 1000 1000', 'call show 33']
      const saved = await written([...unsaved, `advance ${2 * hourMs} 1000`], `${eeprom}.other`)
      const resetMs = Number(only(saved, 'reset')[0])
      assert.deepEqual(only(saved, 'saved').map(Number), [1000, 1000 + hourMs])
      assert.ok(resetMs >= 1000 + hourMs && resetMs <= 3000 + hourMs, String(resetMs))
    })

    test('does not start anew while its owner gives it the Wi-Fi', async () => {
      const inHand = ['listening 1', 'boot', `advance ${3 * hourMs} 1000`]
      assert.deepEqual(only(await written(inHand), 'reset'), [])
    })

    test('is as dim as in its dimmest hours until it knows the time, yet lit', async (t) => {
      const eeprom = await eepromFile(t)
      const dim = 'call dim 23:00-07:00=off,19:00-23:00=1 CET-1CEST,M3.5.0,M10.5.0/3'
      await written(['boot', 'call show 8', dim, 'call brightness 9', 'advance 1000 100'], eeprom)
      const { display } = await readsAfter(['boot', 'advance 4000 100'], eeprom)
      assert.deepEqual([display.on, display.intensity], [true, 1])
    })

    test('uses no heap once it is set up, whatever comes in', async () => {
      const script = [
        ...['connected 1', `epoch ${lateEvening}`, 'boot'],
        ...['call show 1', 'call show 123456789012', 'call show x', 'event visitors/count 5'],
        ...['call dim 22:00-07:00=off CET-1CEST,M3.5.0,M10.5.0/3', 'call brightness 7'],
        `advance ${2 * hourMs} 1000`,
      ]
      assert.deepEqual(only(await written(script), 'allocations'), ['0'])
    })
  })
}

test('the firmware is small', async () => {
  const bytes = await codeBytes('photon')
  // 7 kB on the host; for a Cortex-M3 Debian's arm-none-eabi-g++ 12 makes 4.3 kB of it.
  assert.ok(bytes > 1000 && bytes < 12_000, `${bytes} bytes`)
})
