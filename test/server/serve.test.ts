import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDemoBridge } from '../support/bridge.ts'
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
