import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { Finding } from '../../../server/doctor.ts'
import { startAnswers } from '../../support/answers.ts'
import { startDemoBridge } from '../../support/bridge.ts'
import { run } from '../../support/command.ts'
import { startDesk } from '../../support/desk.ts'
import { freePort } from '../../support/mariadb.ts'
import { startMosquitto } from '../../support/mosquitto.ts'
import { program } from '../../support/program.ts'
import { startTcp } from '../../support/tcp-server.ts'

const token = 's3cret'

/** What doctor finds, and how it ends. */
async function examine(t: TestContext, ...args: string[]) {
  const { code, stdout, stderr } = await run(t, ['doctor', '--json', ...args])
  assert.ok(!`${stdout}${stderr}`.includes(token))
  const findings = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding)
  return { code, findings, stderr }
}

const answers: [
  what: string,
  listener: RequestListener,
  args: string[],
  text: RegExp,
  advice: RegExp,
][] = [
  [
    'wants a token',
    (_, response) => void response.writeHead(401).end(),
    [],
    /HTTP 401/,
    /^give --token/,
  ],
  [
    'wants another token',
    (_, response) => void response.writeHead(401).end(),
    ['--token', token],
    /HTTP 401/,
    /^correct --token/,
  ],
  [
    'has read nothing yet',
    (_, response) => void response.writeHead(503).end(),
    [],
    /HTTP 503/,
    /read nothing yet/,
  ],
  [
    'points elsewhere',
    (_, response) => void response.writeHead(301, { Location: 'https://example.com/' }).end(),
    [],
    /HTTP 301, which points to https:\/\/example\.com\//,
    /give the address that it points to: .*\/ at the end/,
  ],
  [
    'is no bridge',
    (_, response) => void response.end('<html>'),
    [],
    /is no count but "<html>"/,
    /correct --count-url/,
  ],
]
// Two at a time: the first waits for 8 s.
describe('doctor', { concurrency: 2 }, () => {
  it('looks at the broker of the settings, as a desk where it has a name', async (t) => {
    const { url } = await startMosquitto(t)
    const args = ['--mqtt', url, '--name', 'kitchen', '--home-assistant']
    const { code, findings } = await examine(t, ...args)
    assert.deepEqual(
      findings.map(({ subject, status }) => `${subject} ${status}`),
      ['broker ok', 'broker ok', 'broker ok'],
    )
    assert.equal(code, 0)
    const wrong = await examine(t, '--mqtt', `mqtt://127.0.0.1:${await freePort()}`)
    assert.equal(wrong.code, 1)
  })

  it('does not wait for ever for a board that says nothing', async (t) => {
    const { port } = await startTcp(t)
    const { code, findings } = await examine(t, '--board', `tcp:127.0.0.1:${port}`)
    assert.equal(findings[0]?.status, 'problem')
    assert.match(findings[0].text, /within 8 s/)
    assert.equal(code, 1)
  })

  it('needs no database to look at a bridge and a board', async (t) => {
    const access = { token, basePath: '', cors: ['*'], trustedProxies: [] }
    const { url } = await startDemoBridge(t, { access })
    const { board } = await startDesk(t)
    const { code, findings } = await examine(
      t,
      ...['--count-url', url, '--token', token, '--board', `tcp:127.0.0.1:${board.port}`],
    )
    assert.deepEqual(
      findings.map(({ subject, status }) => [subject, status]),
      [
        ['bridge', 'ok'],
        ['clock', 'ok'],
        ['board', 'ok'],
      ],
    )
    assert.match(findings[0]?.text ?? '', /\/v1\/count says \d{5,}, \d+ s old$/)
    assert.match(findings[2]?.text ?? '', / at tcp:127\.0\.0\.1:\d+ answers$/)
    assert.equal(code, 0)

    const secretPath = await examine(t, '--count-url', `${url}/t/${token}/`)
    assert.match(secretPath.findings[0]?.text ?? '', /\/t\/…\/v1\/count says \d+/)
  })

  for (const [what, listener, args, text, advice] of answers) {
    it(`says what to do about a bridge that ${what}`, async (t) => {
      const { url } = await startAnswers(t, listener)
      const { code, findings, stderr } = await examine(t, '--count-url', url.href, ...args)
      const [finding] = findings
      assert.equal(finding?.status, 'problem')
      assert.match(finding.text, text)
      assert.match(finding.advice ?? '', advice)
      assert.match(stderr, /doctor found a problem/)
      assert.equal(code, 1)
    })
  }

  it('warns of a bridge whose number is old', async (t) => {
    const { url } = await startAnswers(t, (_, response) =>
      response.end('{"value":12,"age":7200,"stale":true}'),
    )
    const { code, findings } = await examine(t, '--count-url', url.href)
    assert.equal(findings[0]?.status, 'warning')
    assert.match(findings[0].text, /says 12, 7200 s old/)
    assert.equal(code, 0)
  })

  it('says which clock is off, and by how much', async (t) => {
    const { url } = await startAnswers(t, (_, response) => {
      response.setHeader('Date', new Date(Date.now() - 3_600_000).toUTCString())
      response.end('12')
    })
    const { code, findings } = await examine(t, '--count-url', url.href)
    assert.equal(findings[1]?.status, 'warning')
    assert.match(findings[1].text, /^the bridge's clock is 3(599|600)\.\d s behind this machine's/)
    assert.equal(code, 0)
  })

  it('warns of an environment variable that is a slip', async (t) => {
    const env = { COUNT_URI: 'http://127.0.0.1:9' }
    const { stdout, code } = await run(t, ['doctor', '--board', 'virtual'], { env })
    assert.match(
      stdout,
      /^WARNING {2}settings .* COUNT_URI is none of ours; did you mean COUNT_URL/,
    )
    assert.equal(code, 0)
  })

  it('goes on to the board when the bridge is away', async (t) => {
    const port = await freePort()
    const { code, findings, stderr } = await examine(
      t,
      ...[
        '--count-url',
        `http://user:${token}@127.0.0.1:${port}`,
        '--board',
        `tcp:127.0.0.1:${port}`,
      ],
    )
    assert.deepEqual(
      findings.map(({ subject, status }) => [subject, status]),
      [
        ['bridge', 'problem'],
        ['board', 'problem'],
      ],
    )
    assert.match(findings[0]?.text ?? '', /nothing listens there/)
    assert.match(findings[1]?.advice ?? '', /StandardFirmata/)
    assert.match(stderr, /doctor found 2 problems/)
    assert.equal(code, 1)
  })
})

it('a board that answers the questions at the start and then is silent is a problem, not a wait without end', async (t) => {
  const { board } = await startDesk(t)
  // What the board says last at the start is which of its pins are analog.
  const analogMapping = 0x6a
  const { port } = await startTcp(t, (socket) => {
    const far = connect(board.port, '127.0.0.1')
    t.after(() => far.destroy())
    far.on('error', () => undefined)
    let silent = false
    socket.on('data', (data) => void (silent || far.write(data)))
    far.on('data', (data) => {
      socket.write(data)
      if (data.includes(analogMapping)) silent = true
    })
  })
  const { code, findings } = await examine(t, '--board', `tcp:127.0.0.1:${port}`)
  assert.equal(code, 1)
  assert.match(findings[0]?.text ?? '', /does not answer \(within 3 s\)/)
})

it('Ctrl-C ends it at once, whatever it is waiting for', async (t) => {
  let connected: () => void = () => {}
  const asked = new Promise<void>((resolve) => {
    connected = resolve
  })
  const { port } = await startTcp(t, () => connected())
  const database = `mysql://u:p@127.0.0.1:${port}/d`
  const child = spawn(process.execPath, [program, 'doctor', '--database', database])
  t.after(() => child.kill('SIGKILL'))
  await asked
  const startedMs = performance.now()
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 1)
  assert.ok(performance.now() - startedMs < 2000)
})
