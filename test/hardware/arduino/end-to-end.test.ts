import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Max7219 } from '../../../hardware/virtual/max7219.ts'
import { segmentsToText } from '../../../hardware/virtual/seven-segment.ts'
import { startUno } from '../../support/boards.ts'
import { start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { databaseUrl, fixture, freePort, startMariadb } from '../../support/mariadb.ts'
import { until } from '../../support/until.ts'

const pins = { data: 2, clock: 3, cs: 4 }
/** What `device` gives the board. */
const ttlMs = 10_000

test('from a row in MariaDB to the digits of a chip at a simulated ATmega328P, also when the device is killed', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('statify')
  const connection = await mariadb.create('statify', dump)
  const chip = new Max7219(pins)
  const board = await startUno({ host: '127.0.0.1', port: 0, chips: [chip] })
  t.after(() => board.close())
  const text = () => {
    const { on, segments } = chip.display()
    return on ? segmentsToText(segments).trim() : 'off'
  }
  const port = await freePort()
  start(t, [
    'serve',
    '--database',
    databaseUrl(connection),
    '--port',
    String(port),
    '--poll',
    '500ms',
    '--state-dir',
    await temporaryFolder(t),
  ])
  const stateDir = await temporaryFolder(t)
  const startDevice = () =>
    start(t, [
      'device',
      '--count-url',
      `http://127.0.0.1:${port}`,
      '--board',
      `tcp:127.0.0.1:${board.port}`,
      '--state-dir',
      stateDir,
    ])
  const device = startDevice()
  await until('the total', () => text() === '382', 60)
  assert.match(device.stderr.join('\n'), /board ready: VisitorCounter at tcp/)

  await mariadb.execute(
    "INSERT INTO wpsite_statify (created, referrer, target) VALUES (CURDATE(), '', '/')",
    'statify',
  )
  await until('the visit', () => text() === '383', 60)

  const killedMs = performance.now()
  await device.end('SIGKILL')
  await until('the sign', () => text() === '383.', 60)
  const agedMs = performance.now() - killedMs
  assert.ok(agedMs < ttlMs + 1000, `${agedMs} ms`)

  const again = startDevice()
  await until('it is ready', () => again.stderr.some((line) => line.includes('board ready')), 60)
  const returnedMs = performance.now()
  await until('the number is fresh again', () => text() === '383', 60)
  const backMs = performance.now() - returnedMs
  assert.ok(backMs < 5000, `${backMs} ms`)
  assert.deepEqual(chip.violations, [])
  assert.equal(await again.end('SIGTERM'), 0)
  assert.equal(text(), 'off')
})
