import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { writeState } from '../../../common/state-file.ts'
import { DaySamples } from '../../../server/readings/day-samples.ts'
import type { SiteState } from '../../../server/readings/poller.ts'
import { count, known } from '../../support/app.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { silent } from '../../support/log.ts'
import { until } from '../../support/until.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** A site of UTC, as it was read at a moment. */
function siteAt(ms: number, visitors: number, source = 'wp-statistics'): SiteState {
  const asOf = new Date(ms).toISOString()
  const counts = [{ ...count('visitors', 'today', visitors), asOf, source }]
  const ledger = known.ledger && { ...known.ledger, zone: 'UTC' }
  const last = { ...known, timezone: 'UTC', source, counts, ledger }
  return { name: undefined, last, failure: undefined }
}

async function start(t: TestContext, stateDir?: string) {
  const folder = stateDir ?? (await temporaryFolder(t))
  let nowMs = Date.parse('2026-11-01T00:00:00Z')
  const samples = new DaySamples({ stateDir: folder, now: () => nowMs, log: silent })
  await samples.load()
  return {
    folder,
    samples,
    /** Reads at a moment. */
    at: (ms: number, visitors: number, source?: string) => {
      nowMs = ms
      samples.take([siteAt(ms, visitors, source)])
    },
    earlier: (ms: number, source?: string) => {
      nowMs = ms
      return samples.earlier(siteAt(ms, 0, source), 'visitors')
    },
  }
}
const monday = Date.parse('2026-11-02T00:00:00Z')

test('what today was at this time yesterday and a week ago is known from samples', async (t) => {
  const site = await start(t)
  // 4 visitors an hour on the first day, 8 on the next and so on, read each minute.
  for (let day = 0; day < 8; day += 1) {
    for (let minute = 0; minute < 1440; minute += 1) {
      site.at(monday + day * dayMs + minute * minuteMs, Math.floor(((day + 1) * minute) / 15))
    }
  }
  const noon = monday + 7 * dayMs + 720 * minuteMs
  assert.deepEqual(site.earlier(noon), { yesterday: 7 * 48, weekAgo: 48 })
  // Between two samples, what lies between them.
  assert.deepEqual(site.earlier(noon + 5 * minuteMs), { yesterday: 338, weekAgo: 48 })
  await site.samples.stop()
  const again = await start(t, site.folder)
  assert.deepEqual(again.earlier(noon), { yesterday: 7 * 48, weekAgo: 48 }, 'after a restart')
})

test('nothing is said without samples, in a gap, and of another plugin', async (t) => {
  const site = await start(t)
  const unknown = { yesterday: undefined, weekAgo: undefined }
  assert.deepEqual(site.earlier(monday), unknown)
  site.at(monday + 480 * minuteMs, 10)
  site.at(monday + 1000 * minuteMs, 90)
  assert.deepEqual(site.earlier(monday + dayMs + 700 * minuteMs), unknown, 'the bridge was down')
  assert.deepEqual(site.earlier(monday + dayMs + 480 * minuteMs).yesterday, 10)
  assert.deepEqual(site.earlier(monday + dayMs + 1300 * minuteMs), unknown, 'and at the end')
  assert.deepEqual(site.earlier(monday + dayMs + 480 * minuteMs, 'statify'), unknown)
})

test('an old number is no sample, and a damaged file is set aside', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'day-samples.json'), '{"blog": [1, 2')
  const site = await start(t, folder)
  const old = { ...siteAt(monday + 480 * minuteMs, 5), failure: 'gone' }
  site.samples.take([old])
  assert.equal(site.earlier(monday + dayMs + 480 * minuteMs).yesterday, undefined)
})

test('the sites of a network are kept in one file that is written once a minute, and at the end', async (t) => {
  const stateDir = await temporaryFolder(t)
  let nowMs = monday
  const samples = new DaySamples({ stateDir, now: () => nowMs, log: silent })
  await samples.load()
  const names = Array.from({ length: 20 }, (_, index) => `site-${index}`)
  const read = (name: string) => {
    const state = siteAt(nowMs, 5)
    return { ...state, last: state.last && { ...state.last, site: name } }
  }
  const file = join(stateDir, 'day-samples.json')
  const kept = async () => Object.keys(JSON.parse(await readFile(file, 'utf8'))).length
  samples.take([read('site-0')])
  await until('the first is kept', async () => existsSync(file))
  for (const name of names) samples.take([read(name)])
  // As many writes as it would have been.
  for (const name of names) await writeState(join(stateDir, name), {})
  assert.equal(await kept(), 1, 'within the minute')
  nowMs += minuteMs
  samples.take([read('site-0')])
  await until('all are kept', async () => (await kept()) === 20)
  nowMs += 1000
  samples.take([read('site-20')])
  await samples.stop()
  assert.equal(await kept(), 21, 'at the end')
})
