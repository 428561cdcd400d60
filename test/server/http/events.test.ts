import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { Events } from '../../../server/http/events.ts'
import type { AgedReading } from '../../../server/readings/aged-reading.ts'
import { startAnswers } from '../../support/answers.ts'
import { asOf, startApp } from '../../support/app.ts'
import { recordingLog } from '../../support/log.ts'
import { openRaw } from '../../support/raw.ts'
import { until } from '../../support/until.ts'

const first: AgedReading = {
  value: 1234,
  metric: 'visitors',
  period: 'total',
  site: 'blog',
  source: 'statify',
  unit: 'visitors',
  bots: 'excluded',
  asOf,
  stale: false,
  label: 'Visitors in total',
  age: 3,
}

interface Listening {
  readonly response: IncomingMessage
  readonly events: EventSourceMessage[]
  readonly retries: number[]
  readonly comments: string[]
}

/** Asks for a stream over a connection of its own, and understands it as a browser would. */
async function listen(t: TestContext, url: URL): Promise<Listening> {
  const request = get(url, { agent: false })
  t.after(() => request.destroy())
  const [response]: IncomingMessage[] = await once(request, 'response')
  assert.ok(response)
  const events: EventSourceMessage[] = []
  const retries: number[] = []
  const comments: string[] = []
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onRetry: (ms) => retries.push(ms),
    onComment: (comment) => comments.push(comment),
  })
  response.setEncoding('utf8')
  response.on('data', (text: string) => parser.feed(text))
  response.on('error', () => {})
  return { response, events, retries, comments }
}

/** Asks for a stream in a version of HTTP; the answer as it came, so far and at its end. */
function ask(t: TestContext, { port, hostname }: URL, version: '1.0' | '1.1') {
  const socket = connect(Number(port), hostname)
  t.after(() => socket.destroy())
  socket.setEncoding('utf8')
  socket.write(`GET / HTTP/${version}\r\nHost: x\r\n\r\n`)
  let text = ''
  socket.on('data', (data) => {
    text += data
  })
  return { text: () => text, ended: once(socket, 'end') }
}

/** The hub alone, behind a socket, with a reading that the test may change. */
async function startHub(t: TestContext) {
  const hub = new Events(100)
  const now: { reading: AgedReading | undefined } = { reading: first }
  const { url, server } = await startAnswers(t, (_, response) =>
    hub.open('key', () => now.reading, response),
  )
  t.after(() => hub.stop())
  const change = (part: Partial<AgedReading>) => {
    now.reading = { ...first, ...now.reading, ...part }
  }
  const lose = () => {
    now.reading = undefined
  }
  return { hub, url, server, change, lose }
}

const values = ({ events }: Listening) =>
  events.filter(({ event }) => event === 'count').map(({ data }) => JSON.parse(data).value)

test('the newest reading comes first, with its id and when to come back', async (t) => {
  const { url, change } = await startHub(t)
  const early = await listen(t, url)
  await until('the first reading', () => early.events.length === 1)
  assert.deepEqual(early.retries, [2000])
  const [event] = early.events
  assert.equal(event?.event, 'count')
  assert.equal(event?.id, String(Date.parse(asOf)))
  assert.deepEqual(JSON.parse(event?.data ?? ''), first)
  assert.equal(early.response.headers['content-type'], 'text/event-stream; charset=utf-8')

  change({ age: 60 })
  const late = await listen(t, url)
  await until('the first reading', () => late.events.length === 1)
  assert.equal(JSON.parse(late.events[0]?.data ?? '').age, 60, 'its age at this moment')
})

test('a stream of a reading that is not there any more ends, so that no heartbeat confirms it', async (t) => {
  const { url, hub, lose, change } = await startHub(t)
  const one = await listen(t, url)
  await until('the first reading', () => one.events.length === 1)
  lose()
  hub.update()
  hub.update()
  await until('the end', () => one.response.complete)
  change({ value: 7 })
  const other = await listen(t, url)
  await until('the first reading', () => other.events.length === 1)
  assert.equal(hub.streams, 1)
  change({ value: 8 })
  hub.update()
  await until('the change', () => values(other).join() === '7,8')
  assert.deepEqual(values(one), [1234])
})

test('a change is one event to everybody, and what has not changed is none', async (t) => {
  const { url, hub, change } = await startHub(t)
  const clients = await Promise.all(Array.from({ length: 20 }, () => listen(t, url)))
  const all = (count: number) => clients.every(({ events }) => events.length === count)
  await until('the first readings', () => all(1))
  hub.update()
  change({ asOf: '2026-10-15T12:00:05.000Z', age: 0 })
  hub.update()
  change({ value: 1235 })
  hub.update()
  hub.update()
  await until('the change', () => all(2))
  change({ value: 1236 })
  hub.update()
  await until('the next change', () => all(3))
  for (const client of clients) assert.deepEqual(values(client), [1234, 1235, 1236])
})

test('a reading that gets old is sent by the clock, without a round of queries', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { url, hub, change } = await startHub(t)
  hub.start()
  const client = await listen(t, url)
  await until('the first reading', () => client.events.length === 1)
  change({ stale: true })
  t.mock.timers.tick(1000)
  await until('the stale reading', () => client.events.length === 2)
  assert.equal(JSON.parse(client.events[1]?.data ?? '').stale, true)
})

test('a change that a new client finds first is not kept from the others', async (t) => {
  const { url, hub, change } = await startHub(t)
  const early = await listen(t, url)
  await until('the first reading', () => early.events.length === 1)
  change({ stale: true })
  const late = await listen(t, url)
  await until('the change', () => early.events.length === 2 && late.events.length === 1)
  hub.update()
  change({ stale: false })
  hub.update()
  await until('the next change', () => early.events.length === 3 && late.events.length === 2)
})

test('a quiet stream has a heartbeat, as a comment and as an event that tells the age of the number', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { url, hub, change } = await startHub(t)
  hub.start()
  const client = await listen(t, url)
  await until('the first reading', () => client.events.length === 1)
  t.mock.timers.tick(14_999)
  assert.equal(client.comments.length, 0)
  change({ asOf: '2026-10-15T12:00:15.000Z', age: 2 })
  t.mock.timers.tick(1)
  await until('the heartbeat', () => client.comments.length === 1 && client.events.length === 2)
  assert.equal(client.events[1]?.event, 'beat')
  const { value, age } = JSON.parse(client.events[1]?.data ?? '')
  assert.deepEqual([value, age], [1234, 2])
})

test('a client of HTTP/1.0 gets no chunks', async (t) => {
  const { url, hub, change } = await startHub(t)
  const client = ask(t, url, '1.0')
  await until('the first reading', () => client.text().includes('"value":1234'))
  change({ value: 1235 })
  hub.update()
  await until('the change', () => client.text().includes('"value":1235'))
  const [head = '', ...bodies] = client.text().split('\r\n\r\n')
  assert.doesNotMatch(head, /transfer-encoding/i)
  assert.match(head, /connection: close/i)
  assert.doesNotMatch(bodies.join(), /\r/)
})

test('a stream that is asked for together with another question follows its answer', async (t) => {
  const hub = new Events(100)
  t.after(() => hub.stop())
  const { url } = await startAnswers(t, (request, response) => {
    if (request.url === '/count') response.end('1234\n')
    else hub.open('key', () => first, response)
  })
  const socket = connect(Number(url.port), url.hostname)
  t.after(() => socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (data) => {
    text += data
  })
  socket.write(
    ['/count', '/events'].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''),
  )
  await until('the stream', () => text.includes('event: count'))
  assert.ok(text.indexOf('1234\n') < text.indexOf('text/event-stream'))
  assert.equal(hub.streams, 1)
})

/** Sends requests at once over one connection; what came back when it was over. */
async function pipelined(port: number, ...paths: string[]): Promise<string> {
  const text = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')
  return openRaw(port, text).ended
}

for (const more of ['/v1/events', '/count', '/nothing']) {
  test(`a connection that asks for ${more} behind a stream is ended`, async (t) => {
    const { port, events, ask } = await startApp(t)
    // From memory, too.
    for (let times = 0; times < 3; times += 1) await ask('/count')
    const { socket, ended } = openRaw(port, 'GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    assert.equal(events.streams, 1)
    socket.write(`GET ${more} HTTP/1.1\r\nHost: x\r\n\r\n`)
    assert.equal((await ended).match(/^HTTP/gm)?.length, 1)
    await until('no streams', () => events.streams === 0)
  })
}

test('two streams that are asked for at once end the connection', async (t) => {
  const { port, events } = await startApp(t)
  await pipelined(port, '/v1/events', '/v1/events')
  await pipelined(port, '/count', '/v1/events', '/v1/events')
  await until('no streams', () => events.streams === 0)
})

test('what is pipelined behind a stream is not collected', async (t) => {
  const log = recordingLog()
  const { port, ask } = await startApp(t, { log })
  const request = 'GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n'
  await openRaw(port, request.repeat(300_000)).ended
  assert.equal((await ask('/count')).status, 200)
  // Node parses what it has read at once: up to 64 KiB.
  await until('all are over', () => log.lines.length > 0)
  assert.ok(log.lines.length < 4000, `${log.lines.length} requests were taken`)
})

test('a stream counts from when it is asked for, and for no longer than its connection', async (t) => {
  const events = new Events(1)
  let socket: Socket | undefined
  const { url } = await startAnswers(t, (request, response) => {
    // The answer before the stream does not come.
    if (request.url === '/first') socket = request.socket
    else events.open('key', () => first, response)
  })
  const { socket: client } = openRaw(
    Number(url.port),
    'GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /stream HTTP/1.1\r\nHost: x\r\n\r\n',
  )
  await until('the stream waits', () => events.isFull)
  assert.ok(socket)
  client.destroy()
  await until('room again', () => !events.isFull)
})

test('a client that does not read is dropped, and the others go on', async (t) => {
  const { url, hub, change } = await startHub(t)
  const slow = await listen(t, url)
  await until('the first reading', () => slow.events.length === 1)
  slow.response.pause()
  const quick = await listen(t, url)
  // More than the buffers of the kernel hold; without a limit all of it would be kept in memory.
  const padding = 'x'.repeat(100_000)
  let sent = 0
  await until(
    'the slow client dropped',
    async () => {
      sent += 1
      change({ value: sent, label: padding })
      hub.update()
      await until('the quick one has it', () => values(quick).at(-1) === sent)
      return hub.streams === 1
    },
    60,
  )
  slow.response.destroy()
  assert.equal(quick.response.closed, false)
})

test('a client that leaves is forgotten', async (t) => {
  const { url, hub } = await startHub(t)
  const clients = await Promise.all(Array.from({ length: 5 }, () => listen(t, url)))
  await until('five streams', () => hub.streams === 5)
  for (const [index, { response }] of clients.entries()) {
    if (index % 2 === 0) response.destroy()
    else response.socket.end()
  }
  await until('no streams', () => hub.streams === 0)
})

test('the end of the bridge ends every stream as a whole answer', async (t) => {
  const { url, hub } = await startHub(t)
  const answers = (['1.1', '1.0'] as const).map((version) => ask(t, url, version))
  await until('the first readings', () => answers.every(({ text }) => text().includes('1234')))
  hub.stop()
  for (const { ended } of answers) await ended
  assert.match(answers[0]?.text() ?? '', /\r\n0\r\n\r\n$/)
  assert.match(answers[1]?.text() ?? '', /\}\n\n$/)
})

test('one stream too many is refused, and told when to come back', async (t) => {
  const { url: origin, events } = await startApp(t, { events: new Events(1) })
  const url = new URL('/v1/events', origin)
  const client = await listen(t, url)
  await until('the first reading', () => values(client).length === 1)
  const refused = await fetch(url)
  assert.equal(refused.status, 503)
  assert.equal(refused.headers.get('retry-after'), '30')
  assert.equal(refused.headers.get('content-type'), 'application/problem+json')
  assert.match(await refused.text(), /as many streams as may be open/)
  client.response.destroy()
  await until('room again', () => !events.isFull)
  const next = await listen(t, url)
  await until('the first reading', () => values(next).length === 1)
})

test('HEAD tells the type and opens no stream', async (t) => {
  const { ask, events } = await startApp(t)
  const answer = await ask('/v1/events', { method: 'HEAD' })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  assert.equal(events.streams, 0)
})
