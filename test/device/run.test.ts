import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFirmata } from '../../device/boards/firmata.ts'
import { tcpLink } from '../../device/boards/tcp.ts'
import { max7219 } from '../../device/displays/max7219.ts'
import { feedUrl, startDevice } from '../../device/run.ts'
import { startAnswers } from '../support/answers.ts'
import { pins, startDesk } from '../support/desk.ts'
import { recordingLog } from '../support/log.ts'
import { until } from '../support/until.ts'

test('the desk shows dashes until the first number, and keeps the last good one', async (t) => {
  const bodies: [status: number, body: string][] = [[503, 'nothing has been read yet']]
  const { url } = await startAnswers(t, (_, response) => {
    const [status, body] = bodies[0] ?? [500, '']
    response.writeHead(status).end(body)
  })
  const { board, text } = await startDesk(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const log = recordingLog()
  const device = startDevice({
    url,
    pollMs: 1000,
    open: (signal) => openFirmata(tcpLink('127.0.0.1', board.port), pins, signal),
    display: max7219(),
    random: () => 0.5,
    log,
  })
  t.after(() => device.stop())
  const shows = (expected: string) =>
    until(`"${expected}"`, () => {
      t.mock.timers.tick(100)
      return text() === expected
    })

  await shows('--------')
  bodies[0] = [200, '12345678']
  await shows('12345678')
  for (const bad of ['<html>', '-1', '1.5', '1e400', '']) {
    const said = log.lines.length
    bodies[0] = [200, bad]
    await until(`"${bad}" is refused`, () => {
      t.mock.timers.tick(100)
      return log.lines.length > said
    })
    assert.equal(text(), '12345678')
  }
  bodies[0] = [200, '9']
  await shows('       9')
  bodies[0] = [200, '1234567890']
  await shows('1.23456E9')
})

test('a bridge is asked for the reading to show, any other page as it is', () => {
  const asked = (url: string, show?: string) => feedUrl(new URL(url), show).href
  assert.equal(asked('http://bridge:8787'), 'http://bridge:8787/v1/count')
  assert.equal(
    asked('http://bridge:8787/', 'visitors.today'),
    'http://bridge:8787/v1/count?metric=visitors&period=today',
  )
  assert.equal(asked('https://host/counter/'), 'https://host/counter/v1/count')
  assert.equal(asked('https://host/count.php?x=1', 'visitors.today'), 'https://host/count.php?x=1')
})
