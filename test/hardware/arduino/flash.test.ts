import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FatalError } from '../../../common/errors.ts'
import { flashArduino } from '../../../hardware/arduino/flash.ts'
import { otherBoard } from '../../../hardware/arduino/usb-boards.ts'
import { BootLoader, type BootLoaderOptions, lineTo } from '../../support/boot-loader.ts'
import { firmware } from '../../support/uno.ts'

const program = firmware()
const pages = Math.ceil(program.length / 128)

type Run = {
  readonly isOurs?: boolean
  readonly program?: Uint8Array
  /** Aborts when it says so. */
  readonly stopAt?: (doing: string, part: number) => boolean
}

/** Flashes a stand-in; the lines it said, its end with an exclamation mark. */
async function flashing(options: BootLoaderOptions, run: Run = {}) {
  const chip = new BootLoader(options)
  const { line, sleep, now } = lineTo(chip)
  const lines: string[] = []
  const stopping = new AbortController()
  const steps: number[] = []
  const error = await flashArduino({
    line,
    sleep,
    name: '/dev/ttyACM0',
    program: run.program ?? program,
    isOurs: run.isOurs ?? true,
    say: (text) => lines.push(text),
    progress: (doing, part) => {
      steps.push(part)
      if (run.stopAt?.(doing, part)) stopping.abort()
    },
    signal: stopping.signal,
  }).catch((reason: unknown) => reason)
  if (error !== undefined) {
    assert.ok(error instanceof FatalError, String(error))
    lines.push(`! ${error.message}`)
  }
  return { chip, lines, ms: now(), steps }
}

const isProgrammed = ({ flash }: BootLoader) =>
  Buffer.compare(flash.subarray(0, program.length), program) === 0

for (const [kind, baudRate] of [
  ['optiboot', 115_200],
  ['old-nano', 57_600],
] as const) {
  test(`brings the firmware to a board with the boot loader of ${kind} and hears its name`, async () => {
    const { chip, lines, steps } = await flashing({ kind })
    assert.deepEqual(lines, [
      `boot loader at ${baudRate} baud`,
      `${program.length} bytes for /dev/ttyACM0`,
      '/dev/ttyACM0 runs VisitorCounter 1.0',
    ])
    assert.ok(isProgrammed(chip))
    assert.ok(chip.left)
    assert.equal(chip.written.length, pages, 'each page once')
    assert.equal(steps.length, 2 * pages + 2)
    assert.ok(chip.flash.subarray(pages * 128).every((byte) => byte === 0xff))
  })

  test(`a slow ${kind}, and one that is heard at the third restart only, get it too`, async () => {
    for (const fault of [{ slowMs: 140 }, { deafRestarts: 2 }]) {
      const { chip, lines } = await flashing({ kind, ...fault })
      assert.equal(lines.at(-1), '/dev/ttyACM0 runs VisitorCounter 1.0')
      assert.ok(isProgrammed(chip))
    }
  })

  test(`a line to ${kind} that loses bytes gets it whole or says that it does not`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 150, max: 20_000 }), async (losesEach) => {
        const { chip, lines } = await flashing({ kind, losesEach })
        const last = lines.at(-1) ?? ''
        if (last.startsWith('!')) assert.match(last, /another cable|does not say its name/)
        else assert.ok(isProgrammed(chip), last)
      }),
      { numRuns: 60, seed: 1 },
    )
    const { chip, lines } = await flashing({ kind, losesEach: 3000 })
    assert.equal(lines.at(-1), '/dev/ttyACM0 runs VisitorCounter 1.0')
    assert.ok(chip.restarts > 1 && isProgrammed(chip))
  })
}

const failures: [name: string, options: Partial<BootLoaderOptions>, last: RegExp][] = [
  [
    'there is no boot loader',
    { absent: true },
    /^! no boot loader answers at \/dev\/ttyACM0; .*reset button/,
  ],
  [
    'the chip is an ATmega168',
    { signature: 0x1e9406 },
    /^! \/dev\/ttyACM0: the chip is no ATmega328P; its signature is 0x1e9406, an ATmega168/,
  ],
  ['nobody knows the chip', { signature: 0x00ffff }, /is 0x00ffff$/],
  [
    'a byte of flash is broken',
    { brokenAt: 300 },
    /^! .*does not hold what was written, from byte 256 on/,
  ],
  [
    'the program does not start',
    { silentProgram: true },
    /^! .*is written and verified, but does not say its name; take the board off USB/,
  ],
]
for (const [name, options, last] of failures) {
  test(`says what to do when ${name}`, async () => {
    const { chip, lines, ms } = await flashing({ kind: 'optiboot', ...options })
    assert.match(lines.at(-1) ?? '', last)
    if (options.brokenAt === undefined && options.silentProgram === undefined) {
      assert.deepEqual(chip.written, [], 'nothing is written')
    }
    assert.ok(ms < 20_000, `${ms} ms`)
  })
}

test('an ATmega328PB gets it, with a word', async () => {
  const { lines, chip } = await flashing({ kind: 'optiboot', signature: 0x1e9516 })
  assert.match(lines.join('\n'), /ATmega328PB, which runs what is made for an ATmega328P\n/)
  assert.ok(isProgrammed(chip))
})

test('Ctrl-C ends the work behind a whole page, and says that the program is half', async () => {
  const { chip, lines } = await flashing(
    { kind: 'optiboot' },
    { stopAt: (doing, part) => doing === 'writing' && part > 0.3 },
  )
  assert.match(lines.at(-1) ?? '', /^! stopped behind a whole page; .* flash it again$/)
  const bytes = chip.written.length * 128
  assert.ok(bytes > 0 && bytes < program.length)
  assert.deepEqual(chip.flash.subarray(0, bytes), program.subarray(0, bytes))
})

test('Ctrl-C before the first page leaves the board as it is', async () => {
  const { chip, lines } = await flashing({ kind: 'optiboot' }, { stopAt: () => true })
  assert.match(lines.at(-1) ?? '', /^! stopped/)
  assert.ok(chip.written.length <= 1)
})

test("a program of one's own need not say a name", async () => {
  const own = Uint8Array.from({ length: 200 }, (_, i) => i)
  const { chip, lines } = await flashing(
    { kind: 'optiboot', silentProgram: true },
    { isOurs: false, program: own },
  )
  assert.equal(lines.at(-1), '/dev/ttyACM0 has the program; it says no Firmata name')
  assert.deepEqual(chip.flash.subarray(0, 200), own)
})

test('boards with another chip are known by their USB id', () => {
  assert.equal(otherBoard('2341', '0042'), 'an Arduino Mega')
  assert.equal(otherBoard('2A03', '8036'), 'an Arduino Leonardo')
  assert.equal(otherBoard('2341', '8054'), 'an Arduino MKR WiFi 1010')
  assert.equal(otherBoard('2341', '0043'), undefined, 'an Uno')
  assert.equal(otherBoard('1a86', '7523'), undefined, 'a copy with a CH340')
})
