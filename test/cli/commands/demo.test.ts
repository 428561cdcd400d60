import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

test('the demo shows digits that rise, serves the same number, and leaves nothing behind', async (t) => {
  const folder = await temporaryFolder(t)
  const demo = start(t, ['demo', '--port', '0'], { env: { TMPDIR: folder } })
  const shown = () =>
    demo.stdout.flatMap((line) => /^ *(\d+)( |$)/.exec(line)?.[1] ?? []).map(Number)
  await until('two numbers on the digits', () => shown().length >= 2, 60)
  const [first = 0, second = 0] = shown()
  assert.ok(first > 10_000, `${first}`)
  assert.ok(second > first, `${second} after ${first}`)

  const url = demo.stdout.join('\n').match(/http:\/\/\S+/)?.[0] ?? ''
  const served = Number(await (await fetch(url)).text())
  assert.ok(served >= second)

  assert.equal(await demo.end('SIGINT'), 0, demo.stderr.join('\n'))
  assert.deepEqual(demo.stderr, [])
  assert.deepEqual(await readdir(folder), [])
  await assert.rejects(fetch(url))
})

test('the demo with a token shows the digits to its own desk, and serves nobody else', async (t) => {
  const demo = start(t, ['demo', '--port', '0', '--token', 's3cret'])
  await until('a number on the digits', () => demo.stdout.some((line) => /^ *\d{5}/.test(line)), 60)
  const url = demo.stdout.join('\n').match(/http:\/\/\S+/)?.[0] ?? ''
  assert.equal((await fetch(url)).status, 401)
  const headers = { Authorization: 'Bearer s3cret' }
  assert.match(await (await fetch(url, { headers })).text(), /^\d{5}/)
  assert.equal(await demo.end('SIGINT'), 0, demo.stderr.join('\n'))
  assert.ok(!demo.stdout.join('\n').includes('s3cret'))
})
