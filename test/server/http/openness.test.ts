import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openness } from '../../../server/http/openness.ts'

const token = 's3cret/token'

const hosts: [host: string, token: string | undefined, level: string, text: RegExp][] = [
  ['127.0.0.1', undefined, 'info', /only this machine can ask; --host 0\.0\.0\.0 opens/],
  ['::1', undefined, 'info', /only this machine/],
  [
    'localhost',
    token,
    'info',
    /only this machine and proxies on it can ask, and must bring the token/,
  ],
  ['0.0.0.0', undefined, 'warn', /can read the counts; --token keeps out/],
  ['192.168.1.5', undefined, 'warn', /at 192\.168\.1\.5/],
  ['::', token, 'info', /who bring the token; without https/],
]
for (const [host, given, level, text] of hosts) {
  test(`at ${host} ${given === undefined ? 'without' : 'with'} a token: ${level}`, () => {
    const said = openness(host, given)
    assert.equal(said.level, level)
    assert.match(said.text, text)
    assert.ok(!said.text.includes(token))
  })
}
