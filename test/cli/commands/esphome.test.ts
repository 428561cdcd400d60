import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { examples } from '../../../hardware/esphome/examples.ts'
import { run } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'

const token = 'hunter2token'
const usual = ['--board', 'd1-mini', '--display', 'max7219', '--site', 'www.example.com']

test('esphome prints the configuration, and nothing secret', async (t) => {
  const more = ['--show', 'visitors.total,visitors.today', '--timezone', 'Europe/Berlin']
  const dim = ['--dim', '22:00-07:00=off,19:00-22:00=1', '--token', token]
  const { code, stdout, stderr } = await run(t, ['esphome', ...usual, ...more, ...dim])
  assert.equal(code, 0)
  const [name = ''] = [...examples().keys()].filter((path) => path.includes('d1-mini-max7219-http'))
  assert.equal(`${stdout}\n`, examples().get(name))
  assert.match(
    stderr,
    /the bridge listens on 127\.0\.0\.1 only, where no board reaches it: start serve with --host 0\.0\.0\.0/,
  )
  assert.match(stderr, /--out <folder> writes all of it/)
  assert.ok(!(stdout + stderr).includes(token))
})

test('esphome writes a folder with the addresses of the bridge and of its counters', async (t) => {
  const folder = await temporaryFolder(t)
  const where = ['--host', '192.168.1.7', '--port', '8080', '--base-path', '/counter']
  const args = ['esphome', ...usual, ...where, '--token', token, '--out', folder]
  const { code, stdout, stderr } = await run(t, [...args, '--show', 'views.today'])
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^wrote .*visitor-desk\.yaml and \d+ files of its component\n/)
  assert.ok(!stdout.includes(token))
  const secrets = await readFile(join(folder, 'secrets.yaml'), 'utf8')
  const url = `http://192.168.1.7:8080/counter/t/${token}/v1/count?metric=views&period=today&site=www.example.com`
  assert.ok(secrets.includes(`views_today_url: "${url}"`), secrets)
  const configuration = await readFile(join(folder, 'visitor-desk.yaml'), 'utf8')
  assert.ok(!configuration.includes(token))
})

test('esphome over MQTT has the broker, and not the account of the bridge', async (t) => {
  const folder = await temporaryFolder(t)
  const mqtt = ['--mqtt', 'mqtt://bridge:hunter2secret@192.168.1.9:1884']
  const args = ['esphome', ...usual, ...mqtt, '--show', 'visitors.today']
  const { code, stderr } = await run(t, [...args, '--out', folder])
  assert.deepEqual([code, stderr], [0, ''])
  const secrets = await readFile(join(folder, 'secrets.yaml'), 'utf8')
  assert.match(secrets, /^mqtt_broker: "192\.168\.1\.9"$/m)
  const printed = await run(t, args)
  assert.match(
    printed.stdout,
    /topic: 'visitor-counter\/www\.example\.com\/visitors\/today\/attributes'/,
  )
  assert.match(printed.stdout, /port: 1884\n {2}username: !secret mqtt_user/)
  for (const text of [secrets, printed.stdout, printed.stderr]) assert.ok(!text.includes('hunter2'))
  const near = await run(t, ['esphome', ...usual, '--mqtt', 'mqtt://127.0.0.1'])
  assert.match(near.stderr, /the broker is at 127\.0\.0\.1 here: it must listen to the network too/)
  assert.ok(!near.stdout.includes('mqtt_user'))
})

test('esphome asks the bridge which site it has', async (t) => {
  const requests: string[] = []
  const bridge = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.authorization}`)
    response.setHeader('Content-Type', 'application/json')
    response.end('{"site":"blog.example.org","counts":[]}')
  })
  bridge.listen(0, '127.0.0.1')
  t.after(() => bridge.close())
  await once(bridge, 'listening')
  const { port } = bridge.address() as AddressInfo
  const at = ['--count-url', `http://127.0.0.1:${port}`, '--token', token]
  const asked = await run(t, ['esphome', ...usual.slice(0, 4), ...at])
  assert.match(asked.stdout, /site: 'blog\.example\.org'/)
  assert.deepEqual(requests, [`/v1/counts Bearer ${token}`])
  const alone = await run(t, ['esphome', ...usual.slice(0, 4), '--count-url', 'http://127.0.0.1:1'])
  assert.match(alone.stderr, /no bridge says which site it has: www\.example\.com stands for yours/)
})

for (const [args, line] of [
  [[], /--board: which board is to run ESPHome\? d1-mini, nodemcu, esp32, esp32-c3$/],
  [['--board', 'tcp:1.2.3.4'], /--board: which board is to run ESPHome\?/],
  [['--board', 'd1-min'], /--board: "d1-min" is not allowed; .*did you mean d1-mini\?/],
  [['--board', 'esp32', '--display', 'terminal'], /--display terminal is no display of a board/],
  [
    ['--board', 'esp32', '--display', 'tm1637', '--digits', '5'],
    /--digits: 5 is not possible with a TM1637 at ESPHome; it has 4 or 6/,
  ],
  [
    ['--board', 'esp32', '--show', Array(5).fill('visitors.today').join()],
    /--show: a board with ESPHome has at most 4 counters/,
  ],
] as const) {
  test(`esphome ${args.join(' ')} is wrong usage`, async (t) => {
    const { code, stdout, stderr } = await run(t, ['esphome', ...args])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, line)
  })
}

test('a board that stands alone is none for the device program', async (t) => {
  const { code, stderr } = await run(t, ['device', '--board', 'd1-mini'])
  assert.equal(code, 2)
  assert.match(
    stderr,
    /--board d1-mini stands alone, with ESPHome: visitor-counter esphome --board d1-mini/,
  )
})
