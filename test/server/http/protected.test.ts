import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FeedAnswer } from '../../../device/feed/answer.ts'
import { chooseFeed } from '../../../device/run.ts'
import { startDemoBridge } from '../../support/bridge.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'

const token = 's3cret/token'
const access = { token, basePath: '/counter', cors: ['*'], trustedProxies: [] }

/** A feed of the device, which ends with the test. */
function startFeed(t: TestContext, feed: 'poll' | 'events', countUrl: URL, token?: string) {
  const log = recordingLog()
  const answers: FeedAnswer[] = []
  const { open, address } = chooseFeed({
    countUrl,
    feed,
    token,
    show: undefined,
    site: undefined,
    pollMs: 1000,
    random: () => 0.5,
    log,
  })
  const running = open((answer) => void answers.push(answer))
  running.start()
  t.after(() => running.stop())
  return { answers, log, address }
}

test('the device brings the token of the bridge', async (t) => {
  const log = recordingLog()
  const bridge = await startDemoBridge(t, { access, log })
  const answer = await fetch(`${bridge.url}/count`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const value = Number(await answer.text())
  assert.ok(value > 10_000)
  const secretPath = `${bridge.url}/t/${encodeURIComponent(token)}/`

  for (const feed of ['poll', 'events'] as const) {
    await t.test(`${feed}: with the header`, async (t) => {
      const { answers, log } = startFeed(t, feed, new URL(`${bridge.url}/`), token)
      await until('the number', () => answers.at(-1)?.value === value)
      assert.deepEqual(log.lines, [])
    })
    await t.test(`${feed}: with the secret path, which it tells nobody`, async (t) => {
      const { answers, address } = startFeed(t, feed, new URL(secretPath))
      await until('the number', () => answers.at(-1)?.value === value)
      assert.equal(address, `${bridge.url}/t/…/v1/count`)
      const wrong = startFeed(t, feed, new URL('t/wr0ng/', `${bridge.url}/`))
      await until('a warning', () => wrong.log.lines.length > 0)
      assert.match(wrong.log.lines[0] ?? '', /\/t\/…\/v1\/(count|events): .* wants a token/)
    })
    await t.test(`${feed}: with a wrong token, or none`, async (t) => {
      for (const wrong of ['wr0ng', undefined]) {
        const { answers, log } = startFeed(t, feed, new URL(`${bridge.url}/`), wrong)
        await until('a warning', () => log.lines.length > 0)
        const said =
          wrong === undefined
            ? /it wants a token \(--token\)/
            : /the token \(--token\) is not the one/
        assert.match(log.lines[0] ?? '', said)
        assert.deepEqual(answers, [])
      }
    })
  }
  const said = log.lines.join('\n')
  assert.match(said, /listening on http:\/\/127\.0\.0\.1:\d+\/counter; reading/)
  assert.match(said, /refused: GET \/counter\/t\/…\/v1\/events from 127\.0\.0\.1: 401 Unauthorized/)
  assert.doesNotMatch(said, /s3cret|wr0ng/)
})

test('an answer from memory has the same headers as the first of its kind', async (t) => {
  const cors = ['https://a.example', 'https://b.example']
  const { url } = await startDemoBridge(t, { access: { ...access, token: undefined, cors } })
  for (const origin of [...cors, ...cors]) {
    const { headers } = await fetch(`${url}/count`, { headers: { Origin: origin } })
    assert.equal(headers.get('access-control-allow-origin'), origin)
    assert.equal(headers.get('vary'), 'Origin')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
})
