import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { UsageError } from '../../../common/errors.ts'
import { describeBroker, parseBrokerUrl } from '../../../common/mqtt/address.ts'
import { Broker } from '../../../common/mqtt/broker.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { recordingLog } from '../../support/log.ts'
import { startMosquitto, subscribe } from '../../support/mosquitto.ts'
import { known, startPublishing } from '../../support/publishing.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

const user = { name: 'coun ter', password: 'p@ss w0rd:/?#%' }
const account = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`

test('the address of a broker', () => {
  assert.deepEqual(
    parseBrokerUrl(`mqtts://${account}@broker.example?protocol=4&ca=/a.pem`, '--mqtt'),
    {
      host: 'broker.example',
      port: 8883,
      tls: true,
      user: user.name,
      password: user.password,
      protocol: 4,
      ca: '/a.pem',
    },
  )
  const plain = parseBrokerUrl('mqtt://[::1]', '--mqtt')
  assert.deepEqual([plain.host, plain.port, plain.tls], ['::1', 1883, false])
  assert.equal(describeBroker(plain), 'mqtt://[::1]:1883')
})

const wrong: [text: string, reason: RegExp][] = [
  ['broker', /cannot be read/],
  ['mqtt://user:sec#ret@host', /cannot be read/],
  ['http://user:secret@host', /no known kind/],
  ['mqtt://user:secret@host/path', /path/],
  ['mqtt://user:secret@host?qos=1', /unknown parameter/],
  ['mqtt://user:secret@host?protocol=3', /unknown protocol/],
  ['mqtt://user:secret%@host', /begins no character/],
]
for (const [text, reason] of wrong) {
  test(`the address ${text} is refused, without repeating it`, () => {
    assert.throws(
      () => parseBrokerUrl(text, '--from'),
      (error) => {
        assert.ok(error instanceof UsageError)
        assert.match(error.message, /^--from: /)
        assert.match(error.message, reason)
        assert.doesNotMatch(error.message, /secret|sec#ret/)
        return true
      },
    )
  })
}

/** A certificate for 127.0.0.1 that an authority of the test's own has signed. */
async function makeCertificate(t: TestContext) {
  const folder = await temporaryFolder(t)
  await chmod(folder, 0o755)
  const file = (name: string) => join(folder, name)
  const openssl = (command: string) => promisify(execFile)('openssl', command.split(' '))
  await openssl(
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout ${file('ca.key')} -out ${file('ca.pem')}`,
  )
  await openssl(
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=broker -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=CA:FALSE -CA ${file('ca.pem')} -CAkey ${file('ca.key')} -keyout ${file('key.pem')} -out ${file('certificate.pem')}`,
  )
  await chmod(file('key.pem'), 0o644)
  return { ca: file('ca.pem'), certificate: file('certificate.pem'), key: file('key.pem') }
}

test('over TLS, with user and password', async (t) => {
  const { ca, certificate, key } = await makeCertificate(t)
  const broker = await startMosquitto(t, { user, tls: { certificate, key } })
  const url = broker.url.replace('://', `://${account}@`)
  startPublishing(t, `${url}?ca=${ca}`).set({ last: known(42) })
  const { newest } = await subscribe(t, broker, '#', {
    protocol: 'mqtts',
    username: user.name,
    password: user.password,
    rejectUnauthorized: false,
  })
  await until(
    'the number',
    () => newest.get('visitor-counter/blog.example.com/visitors/total') === '42',
  )
})

test('who is not let in says so once, without the password, and reads for itself', async (t) => {
  const { certificate, key } = await makeCertificate(t)
  const closed = await startMosquitto(t, { user })
  const untrusted = await startMosquitto(t, { tls: { certificate, key } })
  const cases: [url: string, reason: RegExp][] = [
    [closed.url.replace('://', '://counter:s3cret@'), /refuses this user and password/],
    [untrusted.url.replace('://', '://counter:s3cret@'), /certificate is not trusted.*\?ca=<file>/],
    [`${untrusted.url}?ca=/nonexistent.pem`, /file ca=\/nonexistent.pem cannot be read/],
    ['mqtt://counter:s3cret@127.0.0.1:1', /nothing listens there/],
  ]
  for (const [url, reason] of cases) {
    const log = recordingLog()
    const publishing = startPublishing(t, url, { log })
    const leadership = await publishing.bridge.of('blog.example.com')
    assert.deepEqual(leadership, { leader: 'us' })
    await publishing.stop()
    const warnings = log.lines.filter((line) => line.startsWith('warn'))
    assert.match(warnings[0] ?? '', reason)
    assert.doesNotMatch(log.lines.join('\n'), /s3cret/)
  }
})

for (const protocol of [4, 5]) {
  test(`a broker is spoken to in MQTT ${protocol === 4 ? '3.1.1' : '5'} where its address says so`, async (t) => {
    const broker = await startMosquitto(t)
    startPublishing(t, `${broker.url}?protocol=${protocol}`).set({ last: known(42) })
    const { newest } = await subscribe(t, broker)
    await until('it is online', () => [...newest.values()].includes('online'))
  })
}

for (const protocol of [4, 5]) {
  test(`a message of megabytes is not read, by protocol=${protocol}`, async (t) => {
    const server = await startMosquitto(t)
    const { client } = await subscribe(t, server, 'none')
    const heard: number[] = []
    const broker = new Broker({
      address: parseBrokerUrl(`${server.url}?protocol=${protocol}`, '--mqtt'),
      clientId: 'c1',
      keepaliveSeconds: 5,
      subscriptions: ['a/#'],
      random: () => 0,
      log: recordingLog(),
      onUp: () => {},
      onDown: () => {},
      onMessage: ({ payload }) => heard.push(payload.length),
    })
    t.after(() => broker.stop())
    await client.publishAsync('a/retained', Buffer.alloc(1_000_000, 'x'), { qos: 1, retain: true })
    broker.start()
    for (const [index, bytes] of [20_000, 1_000_000, 20_001].entries()) {
      await until('a small one', async () => {
        await client.publishAsync(`a/${index}`, Buffer.alloc(bytes, 'x'), { qos: 1 })
        return bytes > 100_000 || heard.includes(bytes)
      })
    }
    assert.ok(heard.every((bytes) => bytes <= 20_001))
  })
}

test('a broker that knows no MQTT 5 is spoken to in 3.1.1', async (t) => {
  const broker = await startMosquitto(t)
  const versions: number[] = []
  const { port } = await startTcp(t, (socket) => {
    socket.once('data', (packet) => {
      // MQTT 3.1.1, section 3.1.2.2: the byte after the name of the protocol.
      const version = packet[8] ?? 0
      versions.push(version)
      if (version === 5) {
        // CONNACK with return code 1, "unacceptable protocol version", section 3.2.2.3.
        socket.end(Buffer.from([0x20, 2, 0, 1]))
        return
      }
      const onwards = connect(broker.port, '127.0.0.1')
      t.after(() => onwards.destroy())
      onwards.on('error', () => {})
      onwards.write(packet)
      socket.pipe(onwards).pipe(socket)
    })
  })
  startPublishing(t, `mqtt://127.0.0.1:${port}`).set({ last: known(42) })
  const { newest } = await subscribe(t, broker)
  await until('it is online', () => [...newest.values()].includes('online'), 20)
  assert.deepEqual([...new Set(versions)], [5, 4])
})
