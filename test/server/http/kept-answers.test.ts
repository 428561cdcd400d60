import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Answer } from '../../../server/http/answer.ts'
import { KeptAnswers } from '../../../server/http/kept-answers.ts'
import { startAnswers } from '../../support/answers.ts'

const answer: Answer = {
  status: 200,
  body: '5\n',
  headers: { 'Content-Type': 'text/plain', ETag: 'W/"five"', Age: '3' },
}

/** A server behind which every question that is not answered from memory is counted. */
async function start(t: TestContext) {
  const world = { nowMs: 1000, untilMs: 1500, passed: 0 }
  const answers = new KeptAnswers(() => world.nowMs, { Vary: 'Origin' })
  const { url } = await startAnswers(
    t,
    answers.before((request, response) => {
      world.passed += 1
      answers.keep(request, { ...answer, keepUntilMs: world.untilMs })
      response.writeHead(200, { ...answer.headers, Vary: 'Origin' }).end(answer.body)
    }),
  )
  const ask = (path = '/count', init: RequestInit = {}) => fetch(new URL(path, url), init)
  return { world, answers, ask }
}

test('the same question is answered from memory, in the same words', async (t) => {
  const { world, ask } = await start(t)
  for (let times = 0; times < 3; times += 1) {
    const { status, headers, ...response } = await ask().then(async (r) => ({
      status: r.status,
      headers: r.headers,
      body: await r.text(),
    }))
    assert.equal(status, 200)
    assert.equal(headers.get('vary'), 'Origin')
    assert.equal(response.body, '5\n')
    for (const [name, value] of Object.entries(answer.headers)) {
      assert.equal(headers.get(name), value)
    }
  }
  assert.equal(world.passed, 1)
})

test('another path, query or method is another question', async (t) => {
  const { world, ask } = await start(t)
  for (const path of ['/count', '/count?site=blog', '/v1/count']) await ask(path)
  assert.equal(world.passed, 3)
  for (const method of ['HEAD', 'POST']) await ask('/count', { method })
  assert.equal(world.passed, 5)
})

test('nothing is kept past its time, a second, or a round of queries', async (t) => {
  const { world, answers, ask } = await start(t)
  await ask()
  world.nowMs = 1499
  await ask()
  assert.equal(world.passed, 1)
  world.nowMs = 1500
  world.untilMs = Number.POSITIVE_INFINITY
  await ask()
  assert.equal(world.passed, 2)
  world.nowMs = 2499
  await ask()
  assert.equal(world.passed, 2)
  world.nowMs = 2500
  await ask()
  assert.equal(world.passed, 3)
  answers.forget()
  await ask()
  assert.equal(world.passed, 4)
})

test('one who has the answer is told so; who has another one is left to the routes', async (t) => {
  const { world, ask } = await start(t)
  await ask()
  const tagged = (tag: string) => ask('/count', { headers: { 'If-None-Match': tag } })
  const known = await tagged('W/"five"')
  assert.equal(known.status, 304)
  assert.equal(known.headers.get('age'), '3')
  assert.equal(known.headers.get('content-type'), null)
  assert.equal(await known.text(), '')
  assert.equal(world.passed, 1)
  await tagged('W/"four"')
  await tagged('W/"four", W/"five"')
  assert.equal(world.passed, 3)
})

test('made-up queries do not fill the memory', async (t) => {
  const { world, ask } = await start(t)
  for (let query = 0; query < 450; query += 1) await (await ask(`/count?x=${query}`)).text()
  assert.equal(world.passed, 450)
  await ask('/count?x=449')
  assert.equal(world.passed, 450)
  await ask('/count?x=0')
  assert.equal(world.passed, 451)
})
