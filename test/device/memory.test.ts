import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMemory } from '../../device/memory.ts'
import { temporaryFolder } from '../support/folder.ts'
import { recordingLog } from '../support/log.ts'

test('of numbers that are remembered at the same time the last is kept, and none fails', async (t) => {
  const folder = await temporaryFolder(t)
  const log = recordingLog()
  const memory = openMemory(folder, ['a', 'b'], log)
  const counter = (value: number) => ({ value, asOfMs: 1, milestone: 0 })
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      memory.save([counter(i), i === 0 ? counter(7) : undefined]),
    ),
  )
  assert.deepEqual(log.lines, [])
  assert.deepEqual(await openMemory(folder, ['a', 'b'], log).load(), [counter(19), counter(7)])
  assert.ok(JSON.parse(await readFile(join(folder, 'device.json'), 'utf8')))
})
