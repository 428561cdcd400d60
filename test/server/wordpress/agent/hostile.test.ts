import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { DatabaseError } from '../../../../common/errors.ts'
import type { AgentKey } from '../../../../server/wordpress/agent/key.ts'
import { listId } from '../../../../server/wordpress/agent/list-id.ts'
import { type Ask, requestBody } from '../../../../server/wordpress/agent/protocol.ts'
import { statementList } from '../../../../server/wordpress/agent/statements.ts'
import { statementId, templateOf } from '../../../../server/wordpress/agent/template.ts'
import { installAgent, openAgent } from '../../../support/agent.ts'
import { fixture, startMariadb } from '../../../support/mariadb.ts'
import { startWordpress } from '../../../support/wordpress.ts'

const settings = {
  text: `SELECT option_name AS name, option_value AS value FROM \`wp_options\`
    WHERE option_name IN ('home', 'siteurl', 'timezone_string', 'gmt_offset', 'active_plugins')`,
  values: [],
}
const settingsId = statementId(templateOf(settings.text).text)

test('what the agent does not answer, WordPress answers as it answers anybody', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('statify')
  await mariadb.create('blog', dump)
  const wordpress = await startWordpress(t, mariadb)
  const url = wordpress.url('blog', 'wpsite_')
  // Its permalinks are plain, so this is where its REST is.
  const door = `${url}/?rest_route=/visitor-counter/v1/rows`
  const post = async (body: string, to = door) => {
    const response = await fetch(to, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.status, text: await response.text() }
  }
  const stranger = await post('{}')
  const { key } = await installAgent(t, wordpress)
  const ask = (other: Partial<Ask> = {}): Ask => ({
    site: key.site,
    time: Math.floor(Date.now() / 1000),
    nonce: 'n',
    run: [[settingsId, []]],
    ...other,
  })
  const signed = (other?: Partial<Ask>) => requestBody(ask(other), key.key)
  const otherKey: AgentKey = { ...key, key: generateKeyPairSync('ed25519').privateKey }

  await t.test('a request that is right is answered', async () => {
    const { status, text } = await post(signed())
    assert.equal(status, 200)
    assert.match(text, /"rows":\[.*\["home","https?:/)
  })

  await t.test('a stranger learns nothing', async () => {
    assert.equal(stranger.status, 404)
    const cases: [what: string, body: string][] = [
      ['nothing', ''],
      ['no JSON', 'x'],
      ['another key', requestBody(ask(), otherKey.key)],
      ['another site', signed({ site: 'AAAAAAAAAAAAAAAAAAAAAA' })],
      ['a changed request', signed().replace(/"ask":"7b/, '"ask":"7c')],
      ['65 kB', signed({ nonce: 'n'.repeat(65_536) })],
      ['no signature', JSON.stringify({ ask: Buffer.from(JSON.stringify(ask())).toString('hex') })],
      ['base 64', signed().replace(/[0-9a-f]{128}/, 'A'.repeat(88))],
    ]
    for (const [what, body] of cases) {
      assert.deepEqual(await post(body), stranger, what)
    }
    const got = await fetch(door)
    assert.equal(got.status, 404)
    const file = await fetch(
      `${url}/wp-content/plugins/visitor-counter-agent/visitor-counter-agent.php`,
    )
    assert.deepEqual([file.status, await file.text()], [404, ''])
  })

  await t.test('a signed request gets no further than the list', async () => {
    const cases: [what: string, other: Partial<Ask>, error: string][] = [
      ['of an hour ago', { time: ask().time - 3600 }, 'clock'],
      [
        '65 statements',
        { run: Array.from({ length: 65 }, () => [settingsId, []] as const) },
        'request',
      ],
      ['an id of nothing', { run: [['0123456789abcdef', []]] }, 'statement'],
      ['too many values', { run: [[settingsId, [1]]] }, 'request'],
      ['a month with a path', { run: [[settingsId, [], '../../x']] }, 'request'],
      [
        'quotes',
        { run: [[statementId('SELECT COUNT(*) AS views FROM {statify}'), ["' OR 1=1 -- "]]] },
        'request',
      ],
    ]
    for (const [what, other, error] of cases) {
      const { status, text } = await post(signed(other))
      assert.equal(status, 200, what)
      const said = JSON.parse(text.trim()) as { error: string }
      assert.ok(
        said.error === error || (what === 'quotes' && said.error === 'statement'),
        `${what}: ${said.error}`,
      )
    }
  })

  await t.test('where the clocks differ the second request is right', async () => {
    const database = openAgent(url, key, () => Date.now() - 10_800_000)
    const rows = await database.query(settings)
    assert.match(String(rows.find(({ name }) => name === 'home')?.['value']), /^https?:/)
  })

  await t.test('where pretty addresses are off another way in is found, and kept', async () => {
    const database = openAgent(url, key)
    assert.equal(
      (await Promise.all([database.query(settings), database.query(settings)])).length,
      2,
    )
    assert.ok(database.stopwatch() > 0)
  })

  await t.test('the code of another version is asked to be made new', async () => {
    await assert.rejects(
      openAgent(url, key).query({ text: 'SELECT 1 FROM `wp_secrets`', values: [] }),
      {
        kind: 'refused',
        message:
          /is older than this program and lacks a statement .*; make a new zip with: visitor-counter agent http/,
      },
    )
  })
})

test('what is no answer of the agent is none', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = { key: privateKey, site: 'AAAAAAAAAAAAAAAAAAAAAA' }
  const line = (nonce: string) =>
    `{"visitor-counter":1,"nonce":"${nonce}","time":1,"results":[{"columns":["value"],"rows":[["ok"]]}],"totalMs":3}`
  const cases: [
    what: string,
    answer: (nonce: string, response: ServerResponse, port: number) => void,
    said: RegExp | 'ok',
  ][] = [
    [
      'a byte order mark and a notice before it',
      (nonce, response) => response.end(`\ufeff<br>Notice: x\n${line(nonce)}\n`),
      'ok',
    ],
    [
      'an answer to another request',
      (_, response) => response.end(`\n${line('other')}\n`),
      /no answer of it came back \(HTTP 200\)/,
    ],
    [
      'HTML with 200',
      (_, response) => response.end('<!doctype html><title>Welcome</title>'),
      /no answer of it came back \(HTTP 200\)/,
    ],
    ['4 MB', (_, response) => response.end('x'.repeat(4_100_000)), /too long to be one/],
    [
      'a redirect to another host',
      (_, response) => response.writeHead(301, { location: 'https://evil.example/' }).end(),
      /sends to https:\/\/evil\.example, which is not followed/,
    ],
    [
      'a redirect to another path',
      (nonce, response, port) => {
        if (response.req.url?.includes('moved') === true) response.end(`${line(nonce)}\n`)
        else
          response
            .writeHead(308, { location: `http://127.0.0.1:${port}/moved/visitor-counter/v1/rows` })
            .end()
      },
      'ok',
    ],
    [
      'redirects without end',
      (_, response, port) =>
        response.writeHead(302, { location: `http://127.0.0.1:${port}/x` }).end(),
      /is not followed/,
    ],
    [
      'maintenance',
      (_, response) => response.writeHead(503).end('<p>back soon'),
      /no answer of it came back \(HTTP 503\)/,
    ],
    [
      'a firewall',
      (_, response) => response.writeHead(403).end('Forbidden'),
      /something before WordPress refuses the request \(HTTP 403\)/,
    ],
    [
      'no such plugin',
      (_, response) => response.writeHead(404).end('{"code":"rest_no_route"}'),
      /is the plugin "Visitor Counter Agent" .* uploaded and active\?$/,
    ],
  ]
  for (const [what, answer, said] of cases) {
    await t.test(what, async (t) => {
      const database = openAgent(await standIn(t, answer), key)
      const asked = database.query(settings)
      if (said === 'ok') assert.deepEqual(await asked, [{ value: 'ok' }])
      else {
        await assert.rejects(asked, (error: Error) => {
          assert.ok(error instanceof DatabaseError, error.stack)
          assert.match(error.message, said)
          return true
        })
      }
    })
  }
})

test('an agent that answers with another list of statements is of another version', async (t) => {
  const key = { key: generateKeyPairSync('ed25519').privateKey, site: 'AAAAAAAAAAAAAAAAAAAAAA' }
  const time = 1_800_000_000
  const own = listId(await statementList())
  for (const [list, isOfThisVersion] of [
    [`"list":"${own}",`, true],
    ['"list":"0123456789ab",', false],
    // Version 0.1 does not say it.
    ['', false],
  ] as const) {
    const answer = (nonce: string) =>
      `{"visitor-counter":1,"nonce":"${nonce}","time":${time},${list}"results":[]}\n`
    const url = await standIn(t, (nonce, response) => response.end(answer(nonce)))
    const database = openAgent(url, key, () => (time - 7200) * 1000)
    assert.deepEqual(await database.hello(), { aheadSeconds: 7200.5, isOfThisVersion })
  }
})

async function standIn(
  t: TestContext,
  answer: (nonce: string, response: ServerResponse, port: number) => void,
): Promise<URL> {
  const server = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString()
    })
    request.on('end', () => {
      const { ask = '7b7d' } = JSON.parse(body) as { ask?: string }
      const { nonce } = JSON.parse(Buffer.from(ask, 'hex').toString()) as { nonce: string }
      answer(nonce, response, port)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return new URL(`http://127.0.0.1:${port}/`)
}
