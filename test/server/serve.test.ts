import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDemoBridge } from '../support/bridge.ts'
import { temporaryFolder } from '../support/folder.ts'
import { recordingLog } from '../support/log.ts'
import { until } from '../support/until.ts'

test('a publisher that fails is named in the log, and neither ends the process nor holds another up', async (t) => {
  const log = recordingLog()
  let told = 0
  const publishers = [true, false].map((isFaulty) => () => ({
    start() {},
    update() {
      if (isFaulty) throw new Error('out of ink')
      told += 1
    },
    async stop() {},
  }))
  const bridge = await startDemoBridge(t, { publishers, log, pollMs: 20 })
  await until('some rounds', () => told > 3)
  assert.ok(log.lines.some((line) => line.startsWith('error: a reading could not be passed on')))
  assert.equal((await fetch(`${bridge.url}/count`)).status, 200)
  assert.equal((await bridge.json<{ status: string }>('/health')).status, 'ok')
})

test('a state folder that cannot be written to is named once, and not each minute', async (t) => {
  const folder = join(await temporaryFolder(t), 'state')
  await writeFile(folder, '')
  const log = recordingLog()
  let nowMs = Date.parse('2026-10-15T12:00:00Z')
  let rounds = 0
  const publisher = () => ({
    start() {},
    update() {
      rounds += 1
      nowMs += 61_000
    },
    async stop() {},
  })
  const options = { publishers: [publisher], log, pollMs: 20, stateDir: folder, now: () => nowMs }
  await startDemoBridge(t, options)
  const said = () => log.lines.filter((line) => line.includes('could not be remembered'))
  await until('it is told', () => said().length > 0)
  const before = rounds
  await until('some more minutes', () => rounds > before + 5)
  assert.equal(said().length, 1, said().join('\n'))
})

test('what a first round has read is remembered at once, for a bridge that is killed within its first minute', async (t) => {
  const stateDir = await temporaryFolder(t)
  await startDemoBridge(t, { stateDir })
  await until('it is remembered', async () =>
    (await readdir(stateDir)).some((name) => name.endsWith('.json')),
  )
})
