import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type BrokerCheck, checkBroker } from '../../../cli/checks/broker.ts'
import { parseBrokerUrl } from '../../../common/mqtt/address.ts'
import type { Finding } from '../../../server/doctor.ts'
import { freePort } from '../../support/mariadb.ts'
import { type MosquittoOptions, startMosquitto, subscribe } from '../../support/mosquitto.ts'
import { known, startPublishing } from '../../support/publishing.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

const bridge = { kind: 'bridge' } as const
const desk = { kind: 'desk', name: 'kitchen' } as const
const unknown = { kind: 'unknown' } as const
const password = 's3cret'
const user = { name: 'counter', password }

/** What is found at an address, each finding in a line. */
async function findings(
  url: string,
  use: BrokerCheck['use'] = bridge,
  homeAssistant = false,
): Promise<string[]> {
  const found: Finding[] = []
  const address = parseBrokerUrl(url, '--mqtt')
  await checkBroker({ address, use, homeAssistant, clientId: 'doctor', random: () => 0 }, (each) =>
    found.push(each),
  )
  const lines = found.map(({ status, text, advice }) => `${status}: ${text} -> ${advice ?? ''}`)
  assert.ok(!lines.join().includes(password))
  return lines
}

const withUser = (url: string, name = user.name, secret = password) =>
  url.replace('mqtt://', `mqtt://${name}:${secret}@`)
const accessOf = (name: string, ...topics: string[]) => [`user ${name}`, ...topics]

/** A broker, who asks there, and all that is said of it. */
const cases: [
  what: string,
  start: (t: TestContext) => Promise<string>,
  use: BrokerCheck['use'],
  homeAssistant: boolean,
  lines: RegExp[],
][] = [
  [
    'nothing listens there',
    async () => `mqtt://127.0.0.1:${await freePort()}`,
    bridge,
    false,
    [/^problem: mqtt:.* nothing listens there \(ECONNREFUSED\) -> start the broker, or correct/],
  ],
  [
    'there is no such host',
    async () => 'mqtt://no-such-host.invalid',
    bridge,
    false,
    [/^problem: .* no such host \(.*\) -> correct its name/],
  ],
  [
    'the password is wrong',
    async (t) => withUser((await startMosquitto(t, { user })).url, user.name, 'wrong'),
    bridge,
    false,
    [/^problem: .* refuses this user and password -> correct user and password of --mqtt/],
  ],
  [
    'it wants a name',
    async (t) => (await startMosquitto(t, { user })).url,
    bridge,
    false,
    [/^problem: .* refuses this user and password -> it wants a name: --mqtt mqtt:\/\/user/],
  ],
  [
    'it retains nothing',
    async (t) => (await startMosquitto(t, { lines: ['retain_available false'] })).url,
    bridge,
    false,
    [/^problem: .* retains no messages .* -> switch retained messages on/],
  ],
  [
    'it retains nothing and does not say so, in MQTT 3.1.1',
    async (t) =>
      `${(await startMosquitto(t, { lines: ['retain_available false'] })).url}?protocol=4`,
    bridge,
    false,
    [
      /^ok: .* lets us in/,
      /^problem: .* not let this account write|^problem: .* not there any more/,
    ],
  ],
  [
    'something else listens there',
    async (t) => {
      const { port } = await startTcp(t, (socket) => void socket.end('220 mail\r\n'))
      return `mqtt://127.0.0.1:${port}`
    },
    bridge,
    false,
    [/^problem: .* -> is it an MQTT broker, and does that port want TLS\? Then: mqtts:/],
  ],
  [
    'a bridge may do what it must',
    async (t) => (await startMosquitto(t)).url,
    bridge,
    true,
    [
      /^ok: mqtt:\/\/127.* lets us in; nobody publishes counts there/,
      /^ok: counts can be published there, and are retained/,
      /^ok: Home Assistant can be told there/,
    ],
  ],
  [
    'a bridge may not write',
    async (t) => (await startMosquitto(t, { access: ['topic read #'] })).url,
    bridge,
    false,
    [
      /^ok: /,
      /^problem: it does not let this account write to visitor-counter\/doctor\/hello -> give the account "topic readwrite visitor-counter\/#" \(Mosquitto\): docs\/mqtt\.md/,
    ],
  ],
  [
    // Mosquitto 2.0 passes over it, or cuts the connection where no message may be queued.
    'a bridge may not write and is not told so, in MQTT 3.1.1',
    async (t) => `${(await startMosquitto(t, { access: ['topic read #'] })).url}?protocol=4`,
    bridge,
    false,
    [/^ok: /, /^problem: .* (to|at) visitor-counter\/doctor\/hello.* -> give the account/],
  ],
  [
    'a bridge may not read',
    async (t) => (await startMosquitto(t, { access: ['topic write #'] })).url,
    bridge,
    false,
    [/^ok: /, /^problem: what this account says .* does not come back/],
  ],
  [
    'a bridge may not tell Home Assistant',
    async (t) =>
      withUser(
        (
          await startMosquitto(t, {
            user,
            access: accessOf(user.name, 'topic readwrite visitor-counter/#'),
          })
        ).url,
      ),
    bridge,
    true,
    [
      /^ok: /,
      /^ok: /,
      /^problem: it does not let this account write to homeassistant\/.* -> give the account "topic readwrite homeassistant\/device\/\+\/config"/,
    ],
  ],
  [
    'who may only read is told what that is enough for',
    async (t) => (await startMosquitto(t, { access: ['topic read #'] })).url,
    unknown,
    false,
    [/^ok: /, /^ok: the account may only read: .* --feed mqtt and serve --from/],
  ],
  [
    'a desk may not speak',
    async (t) => (await startMosquitto(t, { access: ['topic read #'] })).url,
    desk,
    false,
    [
      /^ok: /,
      /^problem: .* write to visitor-counter\/desk\/kitchen\/hello -> give the account "topic readwrite visitor-counter\/desk\/kitchen\/#"/,
    ],
  ],
]

describe('what is found at a broker', { concurrency: 4 }, () => {
  for (const [what, start, use, homeAssistant, lines] of cases) {
    it(what, async (t) => {
      const found = await findings(await start(t), use, homeAssistant)
      assert.equal(found.length, lines.length, found.join('\n'))
      for (const [place, line] of lines.entries()) assert.match(found[place] ?? '', line)
    })
  }

  it('the sites that are there are named, and nothing is left behind', async (t) => {
    const mosquitto = await startMosquitto(t)
    startPublishing(t, mosquitto.url).set({ last: known(7) })
    const { newest } = await subscribe(t, mosquitto)
    await until('a site', () => [...newest.values()].includes('online'))
    const before = [...newest.keys()].filter((topic) => !topic.endsWith('/hello')).sort()
    const [first] = await findings(mosquitto.url, bridge, true)
    assert.match(first ?? '', /it has the counts of blog\.example\.com \(online\)/)
    const after = await subscribe(t, mosquitto)
    await until('the site', () => after.heard.length >= before.length)
    assert.deepEqual([...after.newest.keys()].sort(), before)
  })

  it('with the access list of the document a bridge and a desk have all that they need', async (t) => {
    // This file runs from build/test/cli/checks/.
    const paper = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'mqtt.md')
    const list = /```\n(# serve[\s\S]*?)```/.exec(readFileSync(paper, 'utf8'))?.[1] ?? ''
    const users = ['bridge', 'kitchen'].map((name) => ({ name, password }))
    const options: MosquittoOptions = { users, access: list.split('\n') }
    const { url } = await startMosquitto(t, options)
    const found = [
      ...(await findings(withUser(url, 'bridge'), bridge, true)),
      ...(await findings(withUser(url, 'kitchen'), desk, true)),
    ]
    assert.equal(found.length, 6)
    for (const line of found) assert.match(line, /^ok: /)
  })
})
