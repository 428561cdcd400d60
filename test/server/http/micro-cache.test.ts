import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { MicroCache } from '../../../server/http/micro-cache.ts'
import { startAnswers } from '../../support/answers.ts'

const headers = { 'Content-Type': 'text/plain', ETag: 'W/"five"', Age: '3' }

type Answer = (c: Context) => Response | Promise<Response>

/** A server behind which every request that is not answered from memory is counted. */
async function start(t: TestContext, maxAge = 'max-age=1', answer?: Answer) {
  const world = { nowMs: 1000, passed: 0 }
  const cache = new MicroCache(() => world.nowMs)
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(cache.keep)
  app.all('*', (c) => {
    world.passed += 1
    return answer?.(c) ?? c.body('5\n', 200, { ...headers, 'Cache-Control': maxAge })
  })
  const { url } = await startAnswers(t, cache.before(getRequestListener(app.fetch)))
  const ask = (path = '/count', init: RequestInit = {}) => fetch(new URL(path, url), init)
  const text = async () => (await ask()).text()
  /** Asks until the answer is kept, and counts from there. */
  const fill = async () => {
    for (let times = 0; times < 2; times += 1) await text()
    world.passed = 0
  }
  return { world, cache, ask, text, fill }
}

test('from the third time on the same request is answered from memory, in the same words', async (t) => {
  const { world, ask } = await start(t)
  for (let times = 0; times < 4; times += 1) {
    const answer = await ask()
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), '5\n')
    assert.equal(answer.headers.get('content-length'), '2')
    for (const [name, value] of Object.entries(headers)) {
      assert.equal(answer.headers.get(name), value)
    }
  }
  assert.equal(world.passed, 2)
})

test('bytes are kept as they are', async (t) => {
  const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256)
  const { world, ask } = await start(t, '', (c) =>
    c.body(bytes, 200, { 'Cache-Control': 'max-age=9' }),
  )
  for (let times = 0; times < 3; times += 1) {
    assert.deepEqual(new Uint8Array(await (await ask()).arrayBuffer()), bytes)
  }
  assert.equal(world.passed, 2)
})

test('another address or method is another request', async (t) => {
  const { world, ask, fill } = await start(t)
  await fill()
  for (const path of ['/count', '/count?site=blog', '/v1/count']) await ask(path)
  assert.equal(world.passed, 2)
  for (const method of ['HEAD', 'POST']) await ask('/count', { method })
  assert.equal(world.passed, 4)
})

const others: [name: string, value: string, again: number][] = [
  ['Authorization', 'Bearer a', 2],
  ['Accept-Encoding', 'br', 2],
  ['Origin', 'https://a.example', 3],
  ['User-Agent', 'other', 0],
]
for (const [name, value, passed] of others) {
  test(`of three requests with ${name}: ${value}, ${passed} are passed on`, async (t) => {
    const { world, ask, fill } = await start(t)
    await fill()
    for (let times = 0; times < 3; times += 1) await ask('/count', { headers: { [name]: value } })
    assert.equal(world.passed, passed)
  })
}

for (const control of ['no-cache', 'no-store', 'max-age=0', '']) {
  test(`"${control}" is not kept`, async (t) => {
    const { world, ask } = await start(t, control)
    for (let times = 0; times < 3; times += 1) await ask()
    assert.equal(world.passed, 3)
  })
}

test('a refusal is not kept', async (t) => {
  const refuse: Answer = (c) => c.body('no', 404, { 'Cache-Control': 'max-age=1' })
  const { world, ask } = await start(t, '', refuse)
  for (let times = 0; times < 3; times += 1) assert.equal((await ask()).status, 404)
  assert.equal(world.passed, 3)
})

test('nothing is kept for longer than a second, or past a round', async (t) => {
  const { world, cache, ask, fill } = await start(t, 'public, max-age=60')
  await fill()
  world.nowMs = 1999
  await ask()
  assert.equal(world.passed, 0)
  world.nowMs = 2000
  await ask()
  assert.equal(world.passed, 1)
  cache.clear()
  await ask()
  assert.equal(world.passed, 2)
})

test('answers of 200 addresses are kept, and one more makes room for all others', async (t) => {
  const { world, ask } = await start(t)
  const askFor = async (from: number, to: number) => {
    world.passed = 0
    for (let index = from; index <= to; index += 1) await (await ask(`/count?n=${index}`)).text()
    return world.passed
  }
  await askFor(1, 200)
  await askFor(1, 200)
  assert.equal(await askFor(1, 200), 0)
  assert.equal(await askFor(201, 201), 1)
  assert.equal(await askFor(1, 1), 1)
})

test('an answer that a round overtakes is not kept', async (t) => {
  let value = 0
  const { cache, text } = await start(t, '', async (c) => {
    value += 1
    const body = `${value}`
    if (value === 2) cache.clear()
    return c.body(body, 200, { 'Cache-Control': 'max-age=1' })
  })
  const texts: string[] = []
  for (let times = 0; times < 5; times += 1) texts.push(await text())
  assert.deepEqual(texts, ['1', '2', '3', '4', '4'])
})

const tags: [wanted: string, status: number][] = [
  ['W/"five"', 304],
  ['"five"', 304],
  ['"four", W/"five"', 304],
  ['*', 304],
  ['W/"four"', 200],
  ['five', 200],
]
for (const [wanted, status] of tags) {
  test(`If-None-Match: ${wanted} is answered ${status} from memory`, async (t) => {
    const { world, ask, fill } = await start(t)
    await fill()
    const answer = await ask('/count', { headers: { 'If-None-Match': wanted } })
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('age'), '3')
    assert.equal(answer.headers.get('etag'), 'W/"five"')
    assert.equal(answer.headers.get('content-type'), status === 304 ? null : 'text/plain')
    assert.equal(await answer.text(), status === 304 ? '' : '5\n')
    assert.equal(world.passed, 0)
  })
}

test('of many requests that come at once one answer is kept', async (t) => {
  let copies = 0
  const { world, ask, fill } = await start(t, '', (c) => {
    const answer = c.body('5\n', 200, { 'Cache-Control': 'max-age=1' })
    const clone = answer.clone.bind(answer)
    const value = () => {
      copies += 1
      return clone()
    }
    return Object.defineProperty(answer, 'clone', { value })
  })
  await fill()
  assert.equal(copies, 1)
  world.nowMs = 2000
  await Promise.all(Array.from({ length: 20 }, async () => (await ask()).text()))
  assert.ok(world.passed > 0)
  assert.equal(copies, 2)
})

test('made-up queries do not fill the memory', async (t) => {
  const { world, ask } = await start(t)
  for (let query = 0; query < 300; query += 1) {
    for (let times = 0; times < 3; times += 1) await (await ask(`/count?x=${query}`)).text()
  }
  assert.equal(world.passed, 600)
  await ask('/count?x=299')
  assert.equal(world.passed, 600)
  await ask('/count?x=0')
  assert.equal(world.passed, 601)
})
