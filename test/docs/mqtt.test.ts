import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type BrokerAddress, parseBrokerUrl } from '../../common/mqtt/address.ts'
import { deskCommands, deskTopics } from '../../common/mqtt/topics.ts'
import type { Command } from '../../device/control/command.ts'
import { DeskControl } from '../../device/control/desk-control.ts'
import { everyReading } from '../../device/control/offers.ts'
import { mqttFeed } from '../../device/feed/mqtt.ts'
import { Replica } from '../../server/readings/replica.ts'
import { recordingLog } from '../support/log.ts'
import { startMosquitto, subscribe } from '../support/mosquitto.ts'
import { known, site, startPublishing } from '../support/publishing.ts'
import { until } from '../support/until.ts'

// This file runs from build/test/docs/.
const paper = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'mqtt.md'), 'utf8')

/** The access list of the document. */
const access = (/```\n(# serve[\s\S]*?)```/.exec(paper)?.[1] ?? '').split('\n')
const names = ['bridge', 'reader', 'kitchen', 'home', 'stranger'] as const

async function startGuarded(t: TestContext) {
  const password = randomBytes(6).toString('hex')
  const users = names.map((name) => ({ name, password }))
  const mosquitto = await startMosquitto(t, { access, users })
  const url = (name: (typeof names)[number]) =>
    mosquitto.url.replace('mqtt://', `mqtt://${name}:${password}@`)
  const client = async (username: (typeof names)[number]) =>
    subscribe(t, mosquitto, '#', { username, password, protocolVersion: 5 })
  return { url, client }
}

const id = () => randomBytes(8).toString('hex')

/** A desk whose board is left out, and what it has been told. */
function startControl(t: TestContext, address: BrokerAddress, log = recordingLog()) {
  const told: Command[] = []
  const control = new DeskControl({
    address,
    name: 'kitchen',
    id: id(),
    discovery: { version: '1.2.3' },
    readings: everyReading,
    counts: { site: undefined },
    random: () => 0,
    log,
  })
  control.report({ power: 'on', brightness: '3', show: 'default', text: '7', link: 'connected' })
  control.start((command) => told.push(command))
  t.after(() => control.stop())
  return { told, log }
}

test('with the access list of the document everybody can do what is theirs', async (t) => {
  const { url, client } = await startGuarded(t)
  const bridgeLog = recordingLog()
  const publishing = startPublishing(t, url('bridge'), { discovery: true, log: bridgeLog })
  publishing.set({ last: known(7) })
  const home = await client('home')
  await until(
    'the bridge publishes',
    () => home.newest.get(`visitor-counter/${site}/status`) === 'online',
  )

  const log = recordingLog()
  const values: number[] = []
  const reader = parseBrokerUrl(url('reader'), '--mqtt')
  const feed = mqttFeed(
    {
      address: reader,
      clientId: `t${id()}`,
      site: undefined,
      readings: [['visitors', 'total']],
      now: Date.now,
      random: () => 0,
      log,
    },
    ({ value }) => values.push(value),
  )
  feed.start()
  t.after(() => feed.stop())
  const replica = new Replica({
    from: reader,
    id: id(),
    now: Date.now,
    random: () => 0,
    log,
    onRound: () => undefined,
  })
  void replica.start()
  t.after(() => replica.stop())
  await until('a feed hears it', () => values.includes(7))
  await until('a replica hears it', () => replica.states.some(({ last }) => last?.site === site))

  const desk = startControl(t, parseBrokerUrl(url('kitchen'), '--mqtt'), log)
  await until(
    'the desk is online',
    () => home.newest.get(deskTopics.status('kitchen')) === 'online',
  )
  const topic = deskTopics.command('kitchen', 'brightness')
  await home.client.publishAsync(topic, '9', { qos: 1 })
  await until('the command', () => desk.told.length === 1)
  const found = [...home.newest.keys()].filter((each) => each.startsWith('homeassistant/'))
  assert.equal(found.length, 2)
  assert.deepEqual(
    [...log.lines, ...bridgeLog.lines].filter((line) => line.includes('refuse')),
    [],
  )
})

test('with the access list of the document nobody can do what is another’s', async (t) => {
  const { url, client } = await startGuarded(t)
  const desk = startControl(t, parseBrokerUrl(url('kitchen'), '--mqtt'))
  const kitchen = await client('kitchen')
  await until('it is online', () => kitchen.newest.get(deskTopics.status('kitchen')) === 'online')
  const commands = deskCommands.map((command) => deskTopics.command('kitchen', command))
  const counts = [`visitor-counter/${site}/visitors/total`, `visitor-counter/${site}/claim`]
  const office = [deskTopics.command('office', 'power'), deskTopics.status('office')]
  const forbidden = {
    bridge: [...commands, deskTopics.status('kitchen')],
    reader: [...commands, ...counts, 'homeassistant/status'],
    kitchen: [...counts, ...office, 'homeassistant/status'],
    home: [...counts, deskTopics.status('kitchen'), deskTopics.claim('kitchen')],
    stranger: [...commands, ...counts, 'homeassistant/status'],
  }
  for (const [name, topics] of Object.entries(forbidden)) {
    const { client: one, heard } = await client(name as keyof typeof forbidden)
    for (const topic of topics) {
      await assert.rejects(one.publishAsync(topic, 'on', { qos: 1 }), /Not authorized/i, topic)
    }
    if (name === 'stranger') assert.deepEqual(heard, [])
  }
  assert.deepEqual(desk.told, [])
})

test('a desk that may not write says which topic, and takes no commands', async (t) => {
  const { url } = await startGuarded(t)
  const { log } = startControl(t, parseBrokerUrl(url('reader'), '--mqtt'))
  const claim = 'refuses to let us publish to visitor-counter/desk/kitchen/'
  await until('a line', () => log.lines.some((line) => line.includes(claim)))
})

test('the document has every topic of a desk', () => {
  for (const command of deskCommands) assert.ok(paper.includes(`| \`${command}/set\` |`), command)
  for (const fact of ['status', 'power', 'brightness', 'show', 'text', 'link', 'board']) {
    assert.ok(paper.includes(`| \`${fact}\` |`), fact)
  }
})
