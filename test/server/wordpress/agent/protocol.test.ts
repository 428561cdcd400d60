import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseAnswer, requestBody } from '../../../../server/wordpress/agent/protocol.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')

test('a request is two words in hex in flat JSON, which firewalls let pass, and its signature covers all of it', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.string(), (site, time, value) => {
      const ask = { site, time, nonce: 'n', run: [['0123456789abcdef', [value]] as const] }
      const body = requestBody(ask, privateKey)
      const [, hex = '', signature = ''] =
        /^\{"ask":"((?:[0-9a-f]{2})+)","sig":"([0-9a-f]{128})"\}$/.exec(body) ?? []
      assert.deepEqual(JSON.parse(Buffer.from(hex, 'hex').toString()), ask)
      const signed = Buffer.from(`visitor-counter-agent 1\n${hex}`)
      assert.ok(verify(null, signed, publicKey, Buffer.from(signature, 'hex')))
      assert.ok(!verify(null, Buffer.from(hex), publicKey, Buffer.from(signature, 'hex')))
    }),
    { numRuns: 50 },
  )
})

test('of whatever comes back only an answer to this very request is taken', () => {
  fc.assert(
    fc.property(fc.string(), fc.json(), (text, json) => {
      assert.equal(parseAnswer(text, 'n'), undefined)
      assert.equal(parseAnswer(`{"visitor-counter":1,"x":${json}}`, 'n'), undefined)
    }),
  )
  const answer = { 'visitor-counter': 1, nonce: 'n', time: 5, results: [] }
  const line = JSON.stringify(answer)
  assert.deepEqual(parseAnswer(`\ufeffNotice: x in y\n${line}\n<!-- cached -->`, 'n'), answer)
  assert.equal(parseAnswer(line, 'm'), undefined)
})
