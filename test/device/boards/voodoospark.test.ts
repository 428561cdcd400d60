import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { CloudError, type CloudOptions, openCloud } from '../../../common/particle-cloud.ts'
import { Link } from '../../../device/boards/link.ts'
import { particleOpener } from '../../../device/boards/particle.ts'
import { openVoodooSpark } from '../../../device/boards/voodoospark.ts'
import { tm1637 } from '../../../device/displays/tm1637.ts'
import { toCells } from '../../../device/face/frame.ts'
import { Tm1637 } from '../../../hardware/virtual/tm1637.ts'
import { startVoodooSparkBoard } from '../../../hardware/virtual/voodoospark-board.ts'
import { allPairs, lampsOf, type Pair, pins, shownBy } from '../../support/displays.ts'
import { recordingLog } from '../../support/log.ts'
import { CloudDesk, startStandInCloud } from '../../support/particle-cloud.ts'
import { until } from '../../support/until.ts'

async function startPhoton(t: TestContext, pair: Pair) {
  const board = await startVoodooSparkBoard({ host: '127.0.0.1', port: 0, chips: pair.chips })
  t.after(() => board.close())
  const log = recordingLog()
  const link = new Link({
    open: (wiring, signal) => openVoodooSpark('127.0.0.1', board.port, wiring, signal),
    wiring: { bus: pair.bus, pins },
    display: pair.display,
    now: Date.now,
    random: () => 0,
    log,
  })
  t.after(() => link.stop(undefined))
  return { board, link, log }
}

const frame = (digits: number, character: string) => ({
  cells: toCells(character.repeat(digits)),
  intensity: 5,
  on: true,
})

for (const { name } of allPairs().filter(({ name }) => !/^a MAX7219 with [14]/.test(name))) {
  test(`a Photon with VoodooSpark drives ${name}`, async (t) => {
    const pair = allPairs().find((each) => each.name === name)
    assert.ok(pair)
    const { board, link } = await startPhoton(t, pair)
    link.start()
    for (const [character, byte] of [
      ['8', 0x7f],
      ['1', 0x30],
      ['8.', 0xff],
      ['-', 0x01],
    ] as const) {
      const wanted = frame(pair.display.digits, character)
      link.show(wanted)
      const drawn = pair.display.points ? byte : byte & 0x7f
      const lamps =
        pair.bus === 'i2c' || pair.font
          ? lampsOf(wanted.cells, pair)
          : wanted.cells.map(() => drawn)
      await until(`segments ${byte}`, () => isDeepStrictEqual(shownBy(pair).lamps, lamps))
    }
    assert.deepEqual(board.violations, [])
    assert.deepEqual(
      pair.chips.flatMap(({ violations }) => violations),
      [],
    )
    assert.equal(board.received.strayBytes, 0)
  })
}

test('stopping takes less than a second also when the Photon hangs', async (t) => {
  const [pair] = allPairs().filter(({ name }) => name.includes('8 digits'))
  assert.ok(pair)
  const { board, link } = await startPhoton(t, pair)
  link.show(frame(8, '0'))
  link.start()
  await until('the digits', () => shownBy(pair).lamps.every((segments) => segments === 0x7e))
  board.freeze(true)
  const startedMs = performance.now()
  await link.stop({ ...frame(8, '0'), on: false })
  assert.ok(performance.now() - startedMs < 1000)
})

test('a Photon that goes and comes back is told everything anew', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const [pair] = allPairs().filter(({ name }) => name.includes('8 digits'))
  assert.ok(pair)
  const { board, link, log } = await startPhoton(t, pair)
  link.show(frame(8, '0'))
  link.start()
  const shows = (byte: number) => shownBy(pair).lamps.every((segments) => segments === byte)
  await until('the digits', () => shows(0x7e))
  for (const chip of pair.chips) chip.power(false)
  for (const chip of pair.chips) chip.power(true)
  board.reset()
  await until('the loss', () => log.lines.some((line) => line.startsWith('warn')))
  await until('the digits again', () => {
    t.mock.timers.tick(100)
    return shows(0x7e)
  })
})

test('a Photon is found by the address that it publishes in the cloud', async (t) => {
  const [pair] = allPairs().filter(({ name }) => name.includes('8 digits'))
  assert.ok(pair)
  const { board } = await startPhoton(t, pair)
  const desk = new CloudDesk('desk')
  desk.variables['endpoint'] = `127.0.0.1:${board.port}`
  const cloud = await startStandInCloud(t, desk)
  const wiring = { bus: 'spi', pins } as const
  const open = particleOpener({ device: 'desk', cloud: openCloud(cloud), now: () => 0 })
  const opened = await open(wiring, new AbortController().signal)
  t.after(() => opened.close())
  await opened.send([])
  assert.deepEqual(cloud.requests, ['GET /v1/devices/desk/endpoint'])
  assert.match(opened.name, /voodoospark:127\.0\.0\.1/)
})

test('what the cloud refuses is said, without the token', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const open = (device = 'desk', { url, token }: CloudOptions = cloud) =>
    particleOpener({ device, cloud: openCloud({ url, token }), now: () => 0 })(
      { bus: 'spi', pins },
      new AbortController().signal,
    )
  const says = (message: RegExp) => (error: Error) =>
    message.test(error.message) && !error.message.includes(cloud.token)
  await assert.rejects(open(), says(/says 404: Variable not found/))
  desk.variables['endpoint'] = 'nonsense'
  await assert.rejects(open(), says(/publishes no address/))
  cloud.fault = 'html-502'
  await assert.rejects(open(), says(/says 502/))
  cloud.fault = 'empty-401'
  await assert.rejects(open(), says(/refuses the access token/))
  cloud.fault = undefined
  cloud.revoked = true
  await assert.rejects(open(), says(/refuses the access token/))
  const nowhere = { url: new URL('http://127.0.0.1:1'), token: cloud.token }
  await assert.rejects(open('desk', nowhere), says(/cannot be reached \(ECONNREFUSED\)/))
  const asked = cloud.requests.length
  await assert.rejects(open('../x'), says(/no name or id/))
  assert.equal(cloud.requests.length, asked)
})

test('a Photon that is not there is an error, not the end of the process', async () => {
  const { signal } = new AbortController()
  await assert.rejects(
    openVoodooSpark('127.0.0.1', 1, { bus: 'spi', pins }, signal),
    /ECONNREFUSED/,
  )
  const stopped = new AbortController()
  const opening = openVoodooSpark('192.0.2.1', 9, { bus: 'spi', pins }, stopped.signal)
  const rejected = assert.rejects(opening, /stopped/)
  stopped.abort()
  await rejected
})

test('the address of a Photon is kept; it is asked for again after three failures, once a minute, 500 times a day', async () => {
  let nowMs = 0
  let reads = 0
  const tried: string[] = []
  const open = particleOpener({
    device: 'desk',
    cloud: {
      variable: async () => {
        reads += 1
        return `10.0.0.${reads % 250}:48879`
      },
    },
    now: () => nowMs,
    openAt: async (host) => {
      tried.push(host)
      throw new Error('refused')
    },
  })
  const attempt = () => open({ bus: 'spi', pins }, new AbortController().signal)
  for (let count = 0; count < 4; count += 1) await assert.rejects(attempt(), /refused/)
  assert.deepEqual([reads, tried], [1, Array(4).fill('10.0.0.1')])
  nowMs = 60_000
  await assert.rejects(attempt(), /refused/)
  assert.deepEqual([reads, tried.at(-1)], [2, '10.0.0.2'])
  for (; nowMs < 24 * 3_600_000; nowMs += 1200) await assert.rejects(attempt(), /refused/)
  assert.equal(reads, 500)
})

test('a token that was refused is not tried again', async () => {
  let reads = 0
  const open = particleOpener({
    device: 'desk',
    cloud: {
      variable: () => {
        reads += 1
        return Promise.reject(
          new CloudError('token', 'the Particle Cloud refuses the token', false),
        )
      },
    },
    now: () => reads * 10_000_000,
  })
  for (let count = 0; count < 3; count += 1) {
    await assert.rejects(open({ bus: 'spi', pins }, new AbortController().signal), /refuses/)
  }
  assert.equal(reads, 1)
})

test('a TM1637 without pull-ups, which a Photon with VoodooSpark cannot drive, is named in the log', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  for (const pullUps of [true, false]) {
    const chip = new Tm1637(pins, { pullUps })
    const display = tm1637.open({})
    const pair = { name: 'a TM1637', bus: tm1637.bus, display, chips: [chip], steps: 8 }
    const { board, link, log } = await startPhoton(t, pair)
    link.show(frame(4, '8'))
    link.start()
    const warnings = () => log.lines.filter((line) => line.includes('pull-ups of 10 kΩ'))
    let passedMs = 0
    await until('some heartbeats', () => {
      t.mock.timers.tick(100)
      passedMs += 100
      return passedMs >= 5000 && (pullUps || warnings().length > 0)
    })
    assert.equal(
      shownBy(pair).lamps.every((segments) => segments === 0x7f),
      pullUps,
    )
    assert.equal(warnings().length, pullUps ? 0 : 1, log.lines.join('\n'))
    if (pullUps) assert.deepEqual([chip.violations, board.violations], [[], []])
    await link.stop(undefined)
  }
})
