import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openCloud, type ParticleCloud } from '../../common/particle-cloud.ts'
import {
  type Desk,
  type ParticleOptions,
  particlePublisher,
} from '../../server/publish/particle/publisher.ts'
import { freshSite, type Truth } from './fresh-site.ts'
import { recordingLog } from './log.ts'
import type { StandInCloud } from './particle-cloud.ts'
import { until } from './until.ts'

const noon = Date.parse('2026-11-10T12:00:00Z')
export const stepMs = 5000

export const total = (device: string): Desk => ({
  device,
  metric: undefined,
  period: 'total',
  site: undefined,
})

/** A publisher before a cloud, at noon on a clock that only `pass` moves. */
export async function startPublisher(
  t: TestContext,
  cloud: ParticleCloud,
  options: Partial<ParticleOptions> = {},
  /** Calls that the cloud will never answer. */
  hanging = () => 0,
) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() < noon ? noon : Date.now() })
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'counter-particle-')))
  const truth: Truth = { visitors: 1, today: 1, answers: true }
  const log = recordingLog()
  const watched = watch(cloud)
  const publisher = particlePublisher({
    cloud: watched.cloud,
    mode: 'function',
    desks: [total('desk')],
    budget: 100_000,
    now: Date.now,
    random: () => 0.5,
    log,
    stateDir,
    ...options,
  })({ sites: () => [freshSite(truth)] })
  const settled = () => until('calls to end', () => watched.pending() === hanging())
  /** Lets time pass, in steps of a poll, until something is so; it is then. */
  const pass = async (seconds: number, condition = () => false) => {
    for (let left = seconds * 1000; left > 0 && !condition(); left -= stepMs) {
      t.mock.timers.tick(stepMs)
      publisher.update()
      await settled()
    }
    return condition()
  }
  publisher.start()
  t.after(async () => {
    await publisher.stop()
    await rm(stateDir, { recursive: true, force: true })
  })
  await until('the first look', () => watched.calls() > 0)
  await settled()
  return { publisher, truth, log, pass, stateDir }
}

/** A cloud, and how many of its calls are under way. */
function watch(cloud: ParticleCloud) {
  let pending = 0
  let calls = 0
  const counted =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args) => {
      pending += 1
      calls += 1
      try {
        return await call(...args)
      } finally {
        // What awaits the answer has its turn first.
        setImmediate(() => {
          pending -= 1
        })
      }
    }
  return {
    pending: () => pending,
    calls: () => calls,
    cloud: {
      ...cloud,
      devices: counted(cloud.devices),
      call: counted(cloud.call),
      publish: counted(cloud.publish),
    },
  }
}

/** The same before the stand-in, by the real client. */
export async function startBeforeStandIn(
  t: TestContext,
  cloud: StandInCloud,
  options: Partial<ParticleOptions> = {},
) {
  const real = openCloud({ url: cloud.url, token: cloud.token })
  const started = await startPublisher(t, real, options, () => cloud.hanging)
  t.after(() => {
    for (const line of started.log.lines) assert.ok(!line.includes(cloud.token), line)
  })
  return started
}
