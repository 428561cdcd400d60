import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAddress, type Network } from '../../../server/http/client-address.ts'

const proxies: Network[] = [
  { address: '10.0.0.0', bits: 8 },
  { address: '127.0.0.1', bits: 32 },
  { address: 'fd00::', bits: 8 },
]

const cases: [what: string, remote: string, forwarded: string | undefined, client: string][] = [
  ['no proxy', '192.0.2.7', undefined, '192.0.2.7'],
  ['one who says to be a proxy', '192.0.2.7', '198.51.100.1', '192.0.2.7'],
  ['a trusted proxy', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
  [
    'a trusted proxy on a socket of both families',
    '::ffff:10.1.2.3',
    '198.51.100.1',
    '198.51.100.1',
  ],
  ['two trusted proxies', '127.0.0.1', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
  ['what the client has written itself', '127.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['IPv6', 'fd00::1', '2001:db8::5', '2001:db8::5'],
  ['nonsense', '127.0.0.1', 'evil\u001b[31m', '127.0.0.1'],
  ['an empty header', '127.0.0.1', '', '127.0.0.1'],
  ['only proxies', '127.0.0.1', '10.0.0.1', '10.0.0.1'],
]
for (const [what, remote, forwarded, client] of cases) {
  test(`the client is ${client}: ${what}`, () => {
    assert.equal(clientAddress(proxies)(remote, forwarded), client)
  })
}

test('without trusted proxies nobody is believed', () => {
  assert.equal(clientAddress([])('127.0.0.1', '198.51.100.1'), '127.0.0.1')
  assert.equal(clientAddress([])(undefined, undefined), 'unknown')
})
