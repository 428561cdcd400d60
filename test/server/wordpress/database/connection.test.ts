import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { UsageError } from '../../../../common/errors.ts'
import {
  type Connection,
  describeConnection,
  parseDatabaseUrl,
  parseDbHost,
} from '../../../../server/wordpress/database/connection.ts'
import { plain } from '../../../support/wp-config.ts'

test('reads a --database URL', async (t) => {
  const cases: [string, Connection][] = [
    ['mysql://reader:pw@db.example:3306/blog', plain],
    ['mariadb://reader:pw@db.example/blog', plain],
    ['MySQL://reader:pw@db.example/blog', plain],
    ['mysql://reader@db.example/blog', { ...plain, password: '' }],
    ['mysql://reader:pw@db.example:3307/blog', { ...plain, port: 3307 }],
    ['mysql://reader:pw@[2001:db8::5]:3307/blog', { ...plain, host: '2001:db8::5', port: 3307 }],
    [
      'mysql://re%40der:p%2Fw%25@db.example/a%20b',
      { ...plain, user: 're@der', password: 'p/w%', database: 'a b' },
    ],
    ['mysql://reader:p:w@db.example/blog', { ...plain, password: 'p:w' }],
    [
      'mysql://reader:pw@db.example/blog?socketPath=/run/x.sock',
      { ...plain, socketPath: '/run/x.sock' },
    ],
    ['mysql://reader:pw@db.example/blog?ssl=true', { ...plain, tls: 'verify' }],
    ['mysql://reader:pw@db.example/blog?ssl=verify', { ...plain, tls: 'verify' }],
    ['mysql://reader:pw@db.example/blog?ssl=no-verify', { ...plain, tls: 'no-verify' }],
    ['mysql://reader:pw@db.example/blog?ssl=false', plain],
    ['sqlite:data/.ht.sqlite', { engine: 'sqlite', file: 'data/.ht.sqlite' }],
    ['sqlite:/srv/x.sqlite', { engine: 'sqlite', file: '/srv/x.sqlite' }],
    ['sqlite:///srv/x.sqlite', { engine: 'sqlite', file: '/srv/x.sqlite' }],
  ]
  for (const [text, expected] of cases) {
    await t.test(text, () => assert.deepEqual(parseDatabaseUrl(text), expected))
  }
})

test('refuses a --database URL with a reason and the allowed form', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /no known kind.*mysql:\/\/user:password@host:3306\/name or sqlite:<file>$/],
    ['postgres://reader:pw@db.example/blog', /no known kind/],
    ['mysql://reader:pw@db.example', /has no database name; it should look like mysql:\/\//],
    ['mysql://reader:pw@db.example/', /has no database name/],
    ['mysql://reader:pw@db.example/blog/x', /more than one name after the host/],
    ['mysql://db.example/blog', /has no user name/],
    ['mysql://reader:pw@/blog', /cannot be read/],
    ['mysql://reader:pw@db.example:99999/blog', /cannot be read/],
    ['mysql://reader:pw@db.example:0/blog', /cannot be read/],
    ['mysql://reader:p#w@db.example/blog', /%23/],
    ['mysql://reader:p%zz@db.example/blog', /percent sign as %25/],
    ['mysql://reader:pw@db.example/blog?charset=x', /allowed are socketPath=<path> and ssl=<mode>/],
    ['mysql://reader:pw@db.example/blog?ssl=maybe', /allowed are true, verify, no-verify, false/],
    ['mysql://reader:pw@db.example/blog?socketPath=', /empty socketPath/],
    ['sqlite:', /names no SQLite file/],
    ['sqlite://', /names no SQLite file/],
  ]
  for (const [text, message] of cases) {
    await t.test(text, () => {
      assert.throws(() => parseDatabaseUrl(text), { name: 'UsageError', message })
    })
  }
})

test('reads back whatever was encoded into a URL', () => {
  const text = fc.string({ unit: 'grapheme' })
  // A path of dots is a step to another directory, also in a URL.
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !/^\.\.?$/.test(s))
  fc.assert(
    fc.property(
      name,
      text,
      name,
      fc.integer({ min: 1, max: 65535 }),
      (user, password, database, port) => {
        const [u, p, d] = [user, password, database].map(encodeURIComponent)
        assert.deepEqual(parseDatabaseUrl(`mysql://${u}:${p}@db.example:${port}/${d}`), {
          ...plain,
          user,
          password,
          database,
          port,
        })
      },
    ),
  )
})

test('never shows the password, however broken the URL', () => {
  const secret = 'hunter2'
  const noise = fc.string({ unit: fc.constantFrom(...':/?#@%&=[]\\ a1'), maxLength: 12 })
  fc.assert(
    fc.property(noise, noise, noise, (before, inside, after) => {
      const text = `mysql://${before}${secret}${inside}${secret}${after}`
      try {
        parseDatabaseUrl(text)
      } catch (error) {
        assert(error instanceof UsageError)
        assert(!inspect(error).includes(secret), inspect(error))
      }
    }),
    { numRuns: 1000 },
  )
  const connection = parseDatabaseUrl(`mysql://reader:${secret}@db.example/blog`)
  assert(!describeConnection(connection).includes(secret))
})

test('splits DB_HOST as WordPress does', async (t) => {
  const cases: [string, ReturnType<typeof parseDbHost>][] = [
    ['127.0.0.1', { host: '127.0.0.1', port: 3306 }],
    ['db.example', { host: 'db.example', port: 3306 }],
    ['db.example:3307', { host: 'db.example', port: 3307 }],
    ['db.example:port', { host: 'db.example', port: 3306 }],
    ['db.example:', { host: 'db.example', port: 3306 }],
    ['db.example:0', { host: 'db.example', port: 3306 }],
    ['localhost:/run/my.sock', { host: 'localhost', port: 3306, socketPath: '/run/my.sock' }],
    [':/run/my.sock', { host: 'localhost', port: 3306, socketPath: '/run/my.sock' }],
    ['db.example:3307:/my.sock', { host: 'db.example', port: 3307, socketPath: '/my.sock' }],
    ['[::1]:3307', { host: '::1', port: 3307 }],
    ['[::1]:3307:/my.sock', { host: '::1', port: 3307, socketPath: '/my.sock' }],
    ['[::1]', { host: '::1', port: 3306 }],
    ['::1', { host: '::1', port: 3306 }],
    ['2001:db8::5', { host: '2001:db8::5', port: 3306 }],
    ['p:db.example', { host: 'p', port: 3306 }],
    ['my:odd:host', { host: 'my:odd:host', port: 3306 }],
    ['localhost', { host: '127.0.0.1', port: 3306 }],
    ['', { host: '127.0.0.1', port: 3306 }],
    ['localhost:3307', { host: '127.0.0.1', port: 3307 }],
  ]
  for (const [value, expected] of cases) {
    await t.test(value, () =>
      assert.deepEqual(
        parseDbHost(value, () => false),
        expected,
      ),
    )
  }
  assert.throws(() => parseDbHost('db.example:70000', () => false), /allowed are 1 to 65535/)
})

test('takes localhost for the first usual socket that is there', () => {
  const there = new Set(['/tmp/mysql.sock', '/var/lib/mysql/mysql.sock'])
  for (const value of ['localhost', 'LocalHost', 'localhost:3307', '']) {
    const { socketPath } = parseDbHost(value, (path) => there.has(path))
    assert.equal(socketPath, '/var/lib/mysql/mysql.sock')
  }
  assert.equal(parseDbHost('127.0.0.1', () => true).socketPath, undefined)
})

test('describes a connection by place, database and user', () => {
  const cases: [Connection, string][] = [
    [plain, 'database "blog" at db.example:3306 as user "reader"'],
    [{ ...plain, host: '::1' }, 'database "blog" at [::1]:3306 as user "reader"'],
    [{ ...plain, socketPath: '/run/x.sock' }, 'database "blog" at /run/x.sock as user "reader"'],
    [{ engine: 'sqlite', file: '/srv/x.sqlite' }, 'SQLite file /srv/x.sqlite'],
  ]
  for (const [connection, text] of cases) assert.equal(describeConnection(connection), text)
})
