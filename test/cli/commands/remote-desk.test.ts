import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { startAnswers } from '../../support/answers.ts'
import { start } from '../../support/command.ts'
import { type Desk, startDesk } from '../../support/desk.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { DiscoveryDocument, discoveryTopic } from '../../support/home-assistant.ts'
import {
  type Mosquitto,
  type Subscriber,
  startMosquitto,
  subscribe,
} from '../../support/mosquitto.ts'
import { count, known, startPublishing } from '../../support/publishing.ts'
import { until } from '../../support/until.ts'

const base = 'visitor-counter/desk/kitchen'

/** A bridge of one site with two counts, as far as a desk asks it. */
async function startBridge(t: TestContext) {
  const values: Record<string, number> = { 'visitors.total': 1234, 'visitors.today': 56 }
  const { url } = await startAnswers(t, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://bridge')
    if (pathname === '/v1/counts') {
      const counts = Object.keys(values).map((each) => each.split('.'))
      response.end(
        JSON.stringify({ counts: counts.map(([metric, period]) => ({ metric, period })) }),
      )
      return
    }
    const { metric, period } = {
      metric: searchParams.get('metric') ?? 'visitors',
      period: searchParams.get('period') ?? 'total',
    }
    const value = pathname === '/v1/count' ? values[`${metric}.${period}`] : undefined
    if (value === undefined) response.writeHead(404).end()
    else response.end(JSON.stringify({ value, age: 0, stale: false }))
  })
  return url
}

interface Remote {
  readonly desk: Desk
  readonly running: ReturnType<typeof start>
  readonly broker: Subscriber
  /** Says something to the desk. */
  say(command: string, payload: string, retain?: boolean): Promise<unknown>
  /** The newest of a topic below that of the desk. */
  fact(name: string): string | undefined
}

async function startRemote(
  t: TestContext,
  mosquitto: Mosquitto,
  args: readonly string[] = ['--home-assistant'],
): Promise<Remote> {
  const desk = await startDesk(t)
  const broker = await subscribe(t, mosquitto)
  const running = start(t, [
    ...['device', '--board', `tcp:127.0.0.1:${desk.board.port}`, '--roll', 'off'],
    ...['--count-url', (await startBridge(t)).href, '--feed', 'poll', '--poll', '200ms'],
    ...['--state-dir', await temporaryFolder(t), '--mqtt', mosquitto.url, '--name', 'kitchen'],
    ...args,
  ])
  return {
    desk,
    running,
    broker,
    say: (command, payload, retain = false) =>
      broker.client.publishAsync(`${base}/${command}/set`, payload, { qos: 1, retain }),
    fact: (name) => broker.newest.get(`${base}/${name}`),
  }
}

async function ready({ fact, desk }: Remote): Promise<void> {
  await until('it is online', () => fact('status') === 'online', 30)
  await until('the number', () => desk.text() === '    1234')
}

test('a desk announces itself, says how it is, and does within 200 ms what it is told', async (t) => {
  const mosquitto = await startMosquitto(t)
  const remote = await startRemote(t, mosquitto)
  const { desk, broker, fact, say, running } = remote
  await ready(remote)
  const topic = [...broker.newest.keys()].find((each) => each.startsWith('homeassistant/'))
  assert.match(topic ?? '', discoveryTopic)
  const discovery = () =>
    v.parse(DiscoveryDocument, JSON.parse(broker.newest.get(topic ?? '') ?? '')).components
  await until('the choice', () => {
    const { show } = discovery()
    return show !== undefined && 'options' in show && show.options.length === 3
  })
  await until('the text', () => fact('text') === '1234')
  assert.deepEqual(
    ['power', 'brightness', 'show', 'link'].map((name) => fact(name)),
    ['on', '3', 'default', 'connected'],
  )
  assert.match(fact('board') ?? '', /Firmata/)

  const times: number[] = []
  const effect = async (command: string, payload: string, isThere: () => boolean) => {
    const startedMs = performance.now()
    await say(command, payload)
    await until(`${command} ${payload}`, isThere)
    times.push(performance.now() - startedMs)
  }
  for (const step of [0, 15, 7]) {
    await effect('brightness', String(step), () => desk.chip.display().intensity === step)
    await until('it is said', () => fact('brightness') === String(step))
  }
  await effect('power', 'off', () => desk.text() === 'off')
  await until('it is said', () => fact('power') === 'off' && fact('text') === 'off')
  assert.equal(fact('brightness'), '7')
  await effect('power', 'on', () => desk.text() === '    1234')
  assert.equal(desk.chip.display().intensity, 7)
  await effect('show', 'visitors.today', () => desk.text() === '      56')
  await until('it is said', () => fact('show') === 'visitors.today' && fact('text') === '56')
  await effect('show', 'default', () => desk.text() === '    1234')
  await effect('test-pattern', 'on', () => desk.text() === '12345678.')
  await effect('test-pattern', 'off', () => desk.text() === '    1234')
  // A busy machine may stop for a moment at any time.
  const [median = Number.NaN] = times.sort((a, b) => a - b).slice(times.length / 2)
  assert.ok(median < 200, `${times.map(Math.round)} ms`)
  t.diagnostic(`a command takes effect after ${times.map(Math.round)} ms`)

  // What is not allowed changes nothing, and is said.
  for (const [command, payload] of [
    ['brightness', '200'],
    ['power', 'ON'],
    ['show', 'views.total'],
  ] as const) {
    await say(command, payload)
    const said = `${base}/${command}/set: "${payload}" is not allowed; it must be `
    await until(said, () => running.stderr.concat(running.stdout).join('\n').includes(said))
  }
  assert.equal(desk.text(), '    1234')
  assert.equal(desk.chip.display().intensity, 7)

  assert.equal(await running.end('SIGTERM'), 0)
  await until('it is offline', () => fact('status') === 'offline')
})

test('a desk that is killed is offline by its will, and a retained command is not repeated', async (t) => {
  const mosquitto = await startMosquitto(t)
  const first = await startRemote(t, mosquitto, [])
  await ready(first)
  assert.ok(![...first.broker.newest.keys()].some((topic) => topic.startsWith('homeassistant/')))
  await first.say('brightness', '11', true)
  await first.say('show', 'visitors.today', true)
  await until('both', () => first.desk.text() === '      56')
  await until('both', () => first.desk.chip.display().intensity === 11)
  await first.running.end('SIGKILL')
  await until('it is offline', () => first.fact('status') === 'offline')
  const second = await startRemote(t, mosquitto, [])
  await ready(second)
  // Commands come before the word that makes it online.
  await second.say('brightness', '200')
  const lines = second.running.stderr
  await until('it listens', () => lines.concat(second.running.stdout).join().includes('"200"'))
  assert.equal(second.desk.text(), '    1234')
  assert.equal(second.desk.chip.display().intensity, 3)
})

test('a desk goes on after its broker was away, also one that has lost all', async (t) => {
  const mosquitto = await startMosquitto(t)
  const remote = await startRemote(t, mosquitto)
  const { desk, say, fact, broker } = remote
  await ready(remote)
  await say('brightness', '12', true)
  await until('the first', () => desk.chip.display().intensity === 12)
  await say('brightness', '9')
  await until('the second', () => desk.chip.display().intensity === 9)
  // The broker has the first retained.
  await mosquitto.stop()
  broker.newest.clear()
  await mosquitto.start()
  await until('it is back', () => fact('status') === 'online', 30)
  assert.equal(broker.newest.get(`${base}/brightness/set`), '12')
  await say('power', 'off')
  await until('it is dark', () => desk.text() === 'off')
  await say('power', 'on')
  await until('it is lit', () => desk.chip.display().intensity === 9 && desk.text() !== 'off')
  await mosquitto.kill()
  await mosquitto.forget()
  await mosquitto.start()
  broker.newest.clear()
  await until('it is back', () => fact('status') === 'online', 30)
  assert.equal(desk.chip.display().intensity, 9)
  assert.deepEqual([fact('brightness'), fact('text')], ['9', '1234'])
  assert.ok([...broker.newest.keys()].some((topic) => topic.startsWith('homeassistant/')))
  await say('brightness', '2')
  await until('the next', () => desk.chip.display().intensity === 2)
})

test('a desk at a broker is offered the counts that its site has there', async (t) => {
  const mosquitto = await startMosquitto(t)
  const publishing = startPublishing(t, mosquitto.url)
  publishing.set({
    last: known(1234, { counts: [count('visitors', 'today', 56), count('views', 'online', 2)] }),
  })
  const remote = await startRemote(t, mosquitto, ['--feed', 'mqtt', '--home-assistant'])
  await ready(remote)
  const { broker, desk, say } = remote
  const options = () => {
    const topic = [...broker.newest.keys()].find((each) => each.startsWith('homeassistant/'))
    const text = broker.newest.get(topic ?? '')
    if (text === undefined) return []
    const { show } = v.parse(DiscoveryDocument, JSON.parse(text)).components
    return show !== undefined && 'options' in show ? show.options : []
  }
  const offered = ['As set', 'Visitors in total', 'Visitors today', 'Views online now']
  await until(offered.join(), () => options().join() === offered.join())
  await say('show', 'visitors.today')
  await until('today', () => desk.text() === '      56')
  await say('show', 'views.online')
  await until('online', () => desk.text() === '       2')
  await say('show', 'default')
  await until('the total', () => desk.text() === '    1234')
})

test('of two desks of one name the second says so, shows its count, and takes the name when it is free', async (t) => {
  const mosquitto = await startMosquitto(t)
  const first = await startRemote(t, mosquitto)
  await ready(first)
  const second = await startRemote(t, mosquitto)
  const said = () => second.running.stderr.concat(second.running.stdout).join('\n')
  await until('a clear word', () => said().includes('another desk has the name "kitchen"'), 30)
  assert.match(said(), /give one of them another --name/)
  await until('the number', () => second.desk.text() === '    1234')
  await first.say('power', 'off')
  await until('the first is dark', () => first.desk.text() === 'off')
  assert.equal(second.desk.text(), '    1234')
  await first.running.end('SIGTERM')
  await until('it has the name', () => said().includes('this desk is "kitchen"'))
  await second.say('power', 'off')
  await until('the second is dark', () => second.desk.text() === 'off')
})

test('without a name the desk is called as its machine; --mqtt alone gives it none', async (t) => {
  const mosquitto = await startMosquitto(t)
  const { newest } = await subscribe(t, mosquitto)
  const desk = await startDesk(t)
  const url = (await startBridge(t)).href
  const device = async (...args: string[]) =>
    start(t, [
      ...['device', '--board', `tcp:127.0.0.1:${desk.board.port}`, '--count-url', url],
      ...['--state-dir', await temporaryFolder(t), '--mqtt', mosquitto.url, ...args],
    ])
  const plain = await device()
  await until('the number', () => desk.text() === '    1234', 30)
  await plain.end('SIGTERM')
  assert.deepEqual([...newest.keys()], [])
  await device('--home-assistant')
  const status = `visitor-counter/desk/${encodeURIComponent(hostname())}/status`
  await until('it is online', () => newest.get(status) === 'online', 30)
})
