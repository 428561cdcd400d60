import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { cellsText, type Frame } from '../../device/face/frame.ts'
import { openMemory } from '../../device/memory.ts'
import {
  chooseFeed,
  type DeviceOptions,
  type DisplayState,
  feedUrl,
  type Showing,
  startDevice,
  testPattern,
} from '../../device/run.ts'
import { startAnswers } from '../support/answers.ts'
import { recordingLog } from '../support/log.ts'
import { until } from '../support/until.ts'

/** A device that shows on a screen of the test's, on the test's clock. */
async function startTestDevice(
  t: TestContext,
  countUrl: URL,
  options: {
    feed?: 'poll' | 'events'
    stateDir?: string
    onExit?: DeviceOptions['onExit']
    brightness?: DeviceOptions['face']['brightness']
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'counter-device-'))
  const log = recordingLog()
  const feedFrom = (url: URL) =>
    chooseFeed({
      countUrl: url,
      show: undefined,
      site: undefined,
      token: undefined,
      feed: options.feed ?? 'poll',
      pollMs: 1000,
      random: () => 0.5,
      log,
    })
  const shown: Frame[] = []
  const left: (Frame | undefined)[] = []
  const looks: DisplayState[] = []
  const showing = (url: URL): Showing => {
    const feed = feedFrom(url)
    return {
      face: {
        digits: 8,
        hasPoints: true,
        points: false,
        statusSign: true,
        legends: ['-'],
        dwellMs: 8000,
        intervalMs: feed.intervalMs,
        rollMs: 0,
        milestones: { round: false, repdigits: false, list: [] },
        brightness: options.brightness ?? { level: 3, windows: [], minuteOfDay: () => 0 },
      },
      feeds: [feed.open],
      memory: openMemory(options.stateDir ?? folder, [feed.address], log),
    }
  }
  const device = await startDevice({
    ...showing(countUrl),
    screen: {
      start: () => undefined,
      show: (frame) => void shown.push(frame),
      stop: async (farewell) => void left.push(farewell),
    },
    onExit: options.onExit ?? 'blank',
    monotonic: Date.now,
    now: Date.now,
    onLook: (display) => looks.push(display),
  })
  let stopped = false
  const stop = async () => {
    if (!stopped) await device.stop()
    stopped = true
  }
  // At its end the device writes what it remembers.
  t.after(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  const text = () => cellsText(shown.at(-1)?.cells ?? [])
  const look = () => looks.at(-1)
  const stateDir = options.stateDir ?? folder
  return { device, showing, text, shown, look, left, log, stop, stateDir }
}

test('the desk shows dashes until the first number, and keeps the last good one', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  let answer: [status: number, body: string] = [503, 'nothing has been read yet']
  const { url } = await startAnswers(t, (_, response) => {
    response.writeHead(answer[0]).end(answer[1])
  })
  const { text, log } = await startTestDevice(t, url)
  const shows = (expected: string) =>
    until(`"${expected}" instead of "${text()}"`, () => {
      t.mock.timers.tick(100)
      return text() === expected
    })
  await shows('--------')
  answer = [200, '12345678']
  await shows('12345678')
  for (const bad of ['<html>', '-1', '1.5', '1e400', '']) {
    const said = log.lines.length
    answer = [200, bad]
    await until(`"${bad}" is refused`, () => {
      t.mock.timers.tick(100)
      return log.lines.length > said
    })
    assert.equal(text().replace('.', ''), '12345678')
  }
  await shows('12345678.')
  answer = [200, '9']
  await shows('       9')
  answer = [200, '1234567890']
  await shows('1.23456E9')
})

/** A bridge with a stream of events that the test writes. */
function bridge(
  streams: ServerResponse[],
  more: RequestListener = (_, r) => r.writeHead(404).end(),
): RequestListener {
  return (request, response) => {
    if (!request.url?.startsWith('/v1/events')) return more(request, response)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.flushHeaders()
    streams.push(response)
    return undefined
  }
}

const event = (value: number, stale = false) =>
  `event: count\nid: 1\ndata: ${JSON.stringify({ value, age: 0, stale })}\n\n`

test('by events a number is shown as it comes, in whatever pieces, and heartbeats keep it fresh', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const streams: ServerResponse[] = []
  const { url } = await startAnswers(t, bridge(streams))
  const { text } = await startTestDevice(t, url, { feed: 'events' })
  await until('the stream', () => streams.length === 1)
  const [stream] = streams
  assert.ok(stream)
  for (const byte of event(41)) stream.write(byte)
  await until('41', () => text() === '      41')
  stream.write(event(42) + event(43))
  await until('43', () => text() === '      43')
  for (let beat = 0; beat < 20; beat += 1) {
    t.mock.timers.tick(15_000)
    stream.write(':\n\n')
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until('still fresh', () => text() === '      43')
  stream.write(event(43, true))
  await until('old', () => text() === '      43.')
})

test('a stream that ends, or falls silent, is opened again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const streams: ServerResponse[] = []
  const { url } = await startAnswers(t, bridge(streams))
  const { text, log } = await startTestDevice(t, url, { feed: 'events' })
  const next = async (count: number) =>
    until(`stream ${count}`, () => {
      t.mock.timers.tick(100)
      return streams.length === count
    })
  await next(1)
  streams[0]?.write(event(1))
  await until('1', () => text() === '       1')
  streams[0]?.destroy()
  await next(2)
  streams[1]?.write(event(2))
  await until('2', () => text() === '       2')
  streams[1]?.end()
  await next(3)
  assert.ok(log.lines.some((line) => line.includes('the stream has ended')))
  assert.ok(!log.lines.some((line) => line.includes('nothing came')))
  streams[2]?.write(event(3))
  await until('3', () => text() === '       3')
  t.mock.timers.tick(40_000)
  await next(4)
  assert.ok(log.lines.some((line) => line.includes('nothing came for 40 s')))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    log.lines.filter((line) => line.includes('aborted')),
    [],
    'one loss, said twice',
  )
})

test('a heartbeat confirms no number of an earlier stream', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const streams: ServerResponse[] = []
  const { url } = await startAnswers(t, bridge(streams))
  const { text } = await startTestDevice(t, url, { feed: 'events' })
  await until('the stream', () => streams.length === 1)
  streams[0]?.write(event(5))
  await until('5', () => text() === '       5')
  streams[0]?.destroy()
  await until('another stream', () => {
    t.mock.timers.tick(100)
    return streams.length === 2
  })
  await until('old', () => {
    streams[1]?.write(':\n\n')
    t.mock.timers.tick(1000)
    return text() === '       5.'
  })
})

test('where there are no events the number is asked for', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { url } = await startAnswers(t, (request, response) => {
    if (request.url === '/v1/count') response.end('{"value":7}')
    else response.writeHead(404).end()
  })
  const { text } = await startTestDevice(t, url, { feed: 'events' })
  await until('the number', () => {
    t.mock.timers.tick(100)
    return text() === '       7'
  })
})

test('after a restart without network the last number stands, marked old', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  let up = true
  const { url } = await startAnswers(t, (request, response) => {
    if (up) response.end('1234')
    else request.socket.destroy()
  })
  const first = await startTestDevice(t, url)
  await until('the number', () => first.text() === '    1234')
  await first.stop()
  up = false
  const second = await startTestDevice(t, url, { stateDir: first.stateDir })
  assert.equal(second.text(), '    1234.')
  await second.stop()
})

test('at the end the display is left blank, as it is, or with dashes', async (t) => {
  const { url } = await startAnswers(t, (_, response) => void response.end('5'))
  for (const [onExit, farewell] of [
    ['blank', 'off'],
    ['keep', undefined],
    ['dashes', '--------'],
  ] as const) {
    const { text, left, stop } = await startTestDevice(t, url, { onExit })
    await until('the number', () => text() === '       5')
    await stop()
    const [frame] = left
    assert.equal(
      frame === undefined ? undefined : frame.on ? cellsText(frame.cells) : 'off',
      farewell,
    )
  }
})

test('a bridge is asked for the reading to show, any other page as it is', () => {
  const asked = (url: string, show?: string, site?: string) =>
    feedUrl({ countUrl: new URL(url), show, site }, 'v1/count').href
  assert.equal(asked('http://bridge:8787'), 'http://bridge:8787/v1/count')
  assert.equal(
    asked('http://bridge:8787/', 'visitors.today', 'shop'),
    'http://bridge:8787/v1/count?metric=visitors&period=today&site=shop',
  )
  assert.equal(asked('https://host/counter/'), 'https://host/counter/v1/count')
  assert.equal(asked('https://host/count.php?x=1', 'visitors.today'), 'https://host/count.php?x=1')
})

test('the test pattern has every digit in its place and one point at the right end', () => {
  assert.equal(cellsText(testPattern(8, 3).cells), '12345678.')
  assert.equal(cellsText(testPattern(16, 3).cells), '1234567890123456.')
})

test('a desk is as bright as it was told until the schedule takes its next step', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { url } = await startAnswers(t, (_, response) => void response.end('5'))
  const minuteOfDay = (epochMs: number) => Math.floor(epochMs / 60_000) % 1440
  const windows = [{ from: 10, to: 20, level: 1 }]
  const brightness = { level: 7, windows, minuteOfDay }
  const { device, text, shown, look } = await startTestDevice(t, url, { brightness })
  await until('the number', () => {
    t.mock.timers.tick(100)
    return text() === '       5'
  })
  const level = () => {
    const { on, intensity } = shown.at(-1) ?? { on: false, intensity: 0 }
    return on ? intensity : 'off'
  }
  device.light(12)
  assert.deepEqual([level(), look()], [12, { isOn: true, step: 12, text: '5' }])
  device.light('off')
  assert.deepEqual([level(), look()], ['off', { isOn: false, step: 12, text: 'off' }])
  t.mock.timers.tick(9 * 60_000)
  assert.equal(level(), 'off')
  // The window begins, within the 5 s that the calendar is looked at and 3 s of a fade.
  t.mock.timers.tick(60_000)
  t.mock.timers.tick(3000)
  assert.equal(level(), 1)
  device.light('on')
  assert.equal(level(), 1)
  device.light(9)
  t.mock.timers.tick(60_000)
  assert.equal(level(), 9)
  t.mock.timers.tick(10 * 60_000)
  t.mock.timers.tick(3000)
  assert.deepEqual([level(), look()?.step], [7, 7])
})

test('a test pattern that was asked for goes away after 10 s, and lights a dark display', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { url } = await startAnswers(t, (_, response) => void response.end('5'))
  const { device, text, shown, look } = await startTestDevice(t, url)
  await until('the number', () => {
    t.mock.timers.tick(100)
    return text() === '       5'
  })
  device.light('off')
  device.testPattern(true)
  assert.deepEqual([text(), shown.at(-1)?.on, look()?.text], ['12345678.', true, '12345678.'])
  t.mock.timers.tick(9999)
  assert.equal(text(), '12345678.')
  t.mock.timers.tick(1)
  assert.deepEqual([text().trim().slice(0, 1), shown.at(-1)?.on, look()?.text], ['5', false, 'off'])
  device.testPattern(true)
  device.light(2)
  assert.deepEqual([text(), shown.at(-1)?.intensity], ['12345678.', 2])
  device.light('off')
  assert.deepEqual([shown.at(-1)?.on, look()?.text], [false, 'off'])
})

test('what is shown can be changed; brightness and what was remembered stay', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  let isUp = true
  const first = await startAnswers(t, (request, response) => {
    if (isUp) response.end('5')
    else request.socket.destroy()
  })
  const second = await startAnswers(t, (_, response) => void response.end('77'))
  const { device, showing, text, shown, look } = await startTestDevice(t, first.url)
  const shows = (expected: string) =>
    until(`"${expected}" instead of "${text()}"`, () => {
      t.mock.timers.tick(100)
      return text() === expected
    })
  await shows('       5')
  device.light(9)
  await device.show(showing(second.url))
  assert.equal(text(), '--------')
  await shows('      77')
  assert.equal(shown.at(-1)?.intensity, 9)
  isUp = false
  await Promise.all([device.show(showing(second.url)), device.show(showing(first.url))])
  assert.equal(text(), '       5.')
  assert.equal(look()?.text, '5.')
})
