import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as v from 'valibot'
import { redact } from '../../../../server/http/middleware/log.ts'
import { openAccess, startApp } from '../../../support/app.ts'
import { infos, recordingLog } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'

test('a request is one line of the log at debug, without the token, also one from memory', async (t) => {
  const token = 's3cret/token'
  const path = `/t/${encodeURIComponent(token)}`
  const entries: unknown[] = []
  const log = { ...recordingLog(), debug: (entry: unknown) => void entries.push(entry) }
  const trustedProxies = [{ address: '127.0.0.0', bits: 8 }]
  const { ask } = await startApp(t, { access: { ...openAccess, token, trustedProxies }, log })
  const headers = { Authorization: `Bearer ${token}` }
  await (await ask(`${path}/count?x=a`)).text()
  await (await ask(`${path}/count?x=a`)).text()
  await (await ask('/v1/count', { headers: { ...headers, 'X-Forwarded-For': '192.0.2.9' } })).text()
  await (await ask(`/count?token=${token}`)).text()
  await until('four lines', () => entries.length === 4)
  const count = { method: 'GET', path: '/t/…/count?x=a', status: 200, ms: 0, client: '127.0.0.1' }
  assert.deepEqual(entries, [
    count,
    count,
    { method: 'GET', path: '/v1/count', status: 200, ms: 0, client: '192.0.2.9' },
    { method: 'GET', path: '/count?token=…', status: 401, ms: 0, client: '127.0.0.1' },
  ])
  assert.ok(!JSON.stringify([entries, log.lines]).includes('s3cret'))
})

test('how long an answer took is logged in tenths of a millisecond', async (t) => {
  const entries: unknown[] = []
  const log = { ...recordingLog(), debug: (entry: unknown) => void entries.push(entry) }
  let nowMs = 1000
  const { ask } = await startApp(t, {
    log,
    monotonic: () => {
      nowMs += 0.74
      return nowMs
    },
  })
  await (await ask('/count')).text()
  await until('the line', () => entries.length === 1)
  const { ms } = v.parse(v.object({ ms: v.number() }), entries[0])
  assert.ok(ms >= 0.7 && ms < 7 && /^\d+(\.\d)?$/.test(String(ms)), String(ms))
})

test('what is refused is logged; a path that is none is not', async (t) => {
  const log = recordingLog()
  const { ask } = await startApp(t, { access: { ...openAccess, token: 's3cret' }, log })
  await ask('/t/s3cret/wp-login.php')
  await ask('/t/wrong/count')
  await ask('/t/s3cret/count', { method: 'DELETE' })
  assert.deepEqual(infos(log), [
    'info: refused: GET /t/…/count from 127.0.0.1: 401 Unauthorized',
    'info: refused: DELETE /t/…/count from 127.0.0.1: 405 Method Not Allowed',
  ])
})

test('a token is never in what is logged, wherever in the address and however it is written', () => {
  const visible = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 4,
  })
  fc.assert(
    fc.property(
      visible,
      fc.constantFrom('', '/counter', '/x/y'),
      fc.constantFrom('/count', '', '?a=1'),
      (token, before, after) => {
        const escaped = encodeURIComponent(token)
        for (const target of [
          `${before}/t/${escaped}${after}`,
          `${before}/T/${escaped}${after}`,
          `/count?token=${escaped}`,
        ]) {
          assert.ok(!redact(target, token).includes(escaped), redact(target, token))
        }
        assert.ok(!redact(`/count?token=${token}`, token).includes(token))
        assert.equal(redact(`/t/${escaped}/count`, undefined), '/t/…/count')
      },
    ),
  )
})
