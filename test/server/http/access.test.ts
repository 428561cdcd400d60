import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bearer, parseTarget, redact, tokenCheck } from '../../../server/http/access.ts'

const targets: [target: string, basePath: string, route: string, shown?: string][] = [
  ['/count', '', '/count'],
  ['/count?site=a', '', '/count?site=a'],
  ['/', '', '/'],
  ['/counter/count', '/counter', '/count'],
  ['/counter/', '/counter', '/'],
  ['/counter', '/counter', ''],
  ['/counter?kiosk', '/counter', '?kiosk'],
  ['/count', '/counter', '/count'],
  ['/counterfeit', '/counter', '/counterfeit'],
  ['/counter/counter/count', '/counter', '/counter/count'],
  ['/t/s3cret/count', '', '/count', 's3cret'],
  ['/t/s3cret/', '', '/', 's3cret'],
  ['/t/s3cret', '', '', 's3cret'],
  ['/t/s3cret?kiosk', '', '?kiosk', 's3cret'],
  ['/t//count', '', '/count', ''],
  ['/t/a%2Fb%20/count', '', '/count', 'a/b '],
  ['/counter/t/s3cret/count', '/counter', '/count', 's3cret'],
  ['/t/s3cret/t/other/count', '', '/t/other/count', 's3cret'],
  ['/T/s3cret/count', '', '/T/s3cret/count'],
  ['http://example.com/count?site=a', '', '/count?site=a'],
  ['HTTP://example.com', '', '/'],
]
for (const [target, basePath, route, shown] of targets) {
  test(`${target} under ${basePath || '/'} leads to ${route || 'nothing yet'}`, () => {
    assert.deepEqual(parseTarget(target, basePath, true), { route, shown })
  })
}

for (const target of ['*', '', 'count', 'ftp://example.com/count', 'http://', '/t/%zz/count']) {
  test(`"${target}" is no address`, () => {
    assert.equal(parseTarget(target, '', true), undefined)
  })
}

test('without a token /t/ means nothing', () => {
  assert.deepEqual(parseTarget('/t/x/count', '', false), {
    route: '/t/x/count',
    shown: undefined,
  })
})

const authorizations: [header: string | undefined, token: string | undefined][] = [
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['BEARER a+/=.-_~', 'a+/=.-_~'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer ', undefined],
  ['Bearer a b', undefined],
  ['abc', undefined],
  [undefined, undefined],
]
for (const [header, token] of authorizations) {
  test(`Authorization: ${header} shows ${token}`, () => {
    assert.equal(bearer(header), token)
  })
}

test('only the token itself is the token', () => {
  const isToken = tokenCheck('s3cret')
  assert.equal(isToken('s3cret'), true)
  for (const other of ['', 's3cre', 's3cret ', 'S3cret', 's3crets', undefined]) {
    assert.equal(isToken(other), false)
  }
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
