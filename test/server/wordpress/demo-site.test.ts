import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import sqlite from 'node-sqlite3-wasm'
import { apart, createDemoSite } from '../../../server/wordpress/demo-site.ts'
import { momentAt, wallTimeBefore } from '../../../server/wordpress/moment.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { seeded } from '../../support/seeded.ts'

test('in the demo who is online goes up and down from the beginning', async (t) => {
  const file = join(await temporaryFolder(t), 'demo.sqlite')
  const random = seeded(1)
  let nowMs = Date.parse('2026-11-28T23:50:00Z')
  const site = createDemoSite({ file, timezone: 'UTC', now: () => nowMs, random, everySeconds: 2 })
  t.after(() => site.close())
  const database = new sqlite.Database(file, { readOnly: true })
  t.after(() => database.close())
  const online = () => {
    const since = wallTimeBefore(momentAt(nowMs, 'UTC'), 300)
    const row = database.get(
      'SELECT COUNT(*) AS count FROM wp_statistics_visitor WHERE last_view > ?',
      [since],
    )
    return Number(row?.['count'])
  }
  const seen = [online()]
  let nextMs = nowMs
  for (let step = 0; step < 60; step += 1) {
    nowMs += 10_000
    for (; nextMs <= nowMs; nextMs += apart(2, random) * 1000) site.visit()
    seen.push(online())
  }
  const steps = seen.slice(1).map((count, at) => count - (seen[at] ?? 0))
  assert.ok(steps.filter((step) => step > 0).length > 15, seen.join())
  assert.ok(steps.filter((step) => step < 0).length > 15, seen.join())
  assert.ok(Math.min(...seen) > 75 && Math.max(...seen) < 160, seen.join())
})
