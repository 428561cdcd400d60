import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseBrokerUrl } from '../../../../common/mqtt/address.ts'
import { MqttBridge } from '../../../../server/publish/mqtt/bridge.ts'
import { homeAssistant } from '../../../../server/publish/mqtt/home-assistant.ts'
import { startDemoBridge } from '../../../support/bridge.ts'
import { recordingLog } from '../../../support/log.ts'
import { startMosquitto, subscribe } from '../../../support/mosquitto.ts'
import { known, site, startPublishing } from '../../../support/publishing.ts'
import { startTcp } from '../../../support/tcp-server.ts'
import { until } from '../../../support/until.ts'

interface Health {
  readonly status: string
  readonly mqtt: string
  readonly mqttProblems?: readonly string[]
}

const brokers: [
  what: string,
  start: (t: TestContext) => Promise<string>,
  problem: RegExp | undefined,
][] = [
  [
    'that retains nothing',
    async (t) => (await startMosquitto(t, { lines: ['retain_available false'] })).url,
    /retains no messages/,
  ],
  [
    'that retains nothing and does not say so, in MQTT 3.1.1',
    async (t) =>
      `${(await startMosquitto(t, { lines: ['retain_available false'] })).url}?protocol=4`,
    undefined,
  ],
  [
    'that lets nobody write but a word to oneself',
    async (t) =>
      (await startMosquitto(t, { access: ['topic read #', 'topic write visitor-counter/+/hello'] }))
        .url,
    /refuses to let us publish to visitor-counter\/.*\/claim/,
  ],
  [
    'that lets nobody write and does not say so, in MQTT 3.1.1',
    async (t) => `${(await startMosquitto(t, { access: ['topic read #'] })).url}?protocol=4`,
    undefined,
  ],
]

test('a bridge with a healthy database reads it for itself at a broker', {
  concurrency: true,
}, async (t) => {
  await Promise.all(
    brokers.map(([what, start, problem]) =>
      t.test(what, async (t) => {
        const log = recordingLog()
        const leaderships = new MqttBridge({
          address: parseBrokerUrl(await start(t), '--mqtt'),
          homeAssistant: homeAssistant('1.2.3'),
          id: 'r1',
          now: Date.now,
          random: Math.random,
          log,
        })
        const publishers = [leaderships.publisher.bind(leaderships)]
        const bridge = await startDemoBridge(t, { leaderships, publishers, log })
        await until('it reads', async () => (await fetch(`${bridge.url}/count`)).ok, 20)
        const { mqtt, status } = await bridge.json<Health>('/health')
        assert.deepEqual([mqtt, status], ['alone', 'ok'])
        // Beside it may stand for a moment that a slow machine lost the connection.
        if (problem !== undefined) {
          await until('it is named', async () => {
            const { mqttProblems = [] } = await bridge.json<Health>('/health')
            return problem.test(mqttProblems.join('\n'))
          })
          assert.match(log.lines.join('\n'), problem)
        }
        const warnings = log.lines.filter((line) => line.startsWith('warn: mqtt://'))
        assert.equal(new Set(warnings).size, warnings.length, warnings.join('\n'))
      }),
    ),
  )
})

test('what a broker does not take for Home Assistant holds up nothing else, and is named', async (t) => {
  const broker = await startMosquitto(t, {
    access: ['topic readwrite visitor-counter/#', 'topic read #'],
  })
  const log = recordingLog()
  const publishing = startPublishing(t, broker.url, { log, discovery: true })
  publishing.set({ last: known(3) })
  const { newest } = await subscribe(t, broker)
  await until('it is online', () => newest.get(`visitor-counter/${site}/status`) === 'online')
  await until('it is told', () => log.lines.some((line) => /publish to homeassistant/.test(line)))
  for (const total of [4, 5, 6]) publishing.set({ last: known(total) })
  await until('the last', () => newest.get(`visitor-counter/${site}/visitors/total`) === '6')
  assert.equal(log.lines.filter((line) => /homeassistant/.test(line)).length, 1)
})

test('a filter that a broker refuses is named, and the others are heard', async (t) => {
  const { port } = await startTcp(t, (socket) => {
    let isAnswered = false
    socket.on('data', (data) => {
      // MQTT 3.1.1: a SUBSCRIBE (section 3.8) has its own id after its length.
      const type = (data[0] ?? 0) >> 4
      if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]))
      if (type !== 8 || isAnswered) return
      isAnswered = true
      // The length of its remainder, section 2.2.3, has two bytes from 128 on.
      const at = (data[1] ?? 0) < 128 ? 2 : 3
      socket.write(Buffer.from([0x90, 5, data[at] ?? 0, data[at + 1] ?? 0, 1, 0x80, 0x80]))
    })
  })
  const log = recordingLog()
  const url = `mqtt://127.0.0.1:${port}?protocol=4`
  startPublishing(t, url, { log, discovery: true }).set({ last: known(3) })
  await until('it is told', () =>
    log.lines.some((line) => /subscribe to homeassistant\/status \(reason 128\)/.test(line)),
  )
  assert.ok(!log.lines.some((line) => /visitor-counter\/.*reason/.test(line)))
})
