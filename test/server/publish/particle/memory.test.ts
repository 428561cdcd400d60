import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ParticleMemory } from '../../../../server/publish/particle/memory.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { CloudDesk, startStandInCloud } from '../../../support/particle-cloud.ts'
import { startBeforeStandIn } from '../../../support/particle-publisher.ts'

test('what has been used outlives a restart, and a damaged file is set aside', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const first = await startBeforeStandIn(t, cloud)
  await first.pass(10, () => desk.shown.length === 1)
  await first.publisher.stop()
  t.mock.timers.reset()
  const stateDir = await mkdtemp(join(tmpdir(), 'counter-particle-'))
  const { stateDir: old } = first
  const restarted = await startBeforeStandIn(t, cloud, { stateDir: old })
  await restarted.pass(300)
  assert.equal(restarted.publisher.health?.()['particleOperations'], 1)
  assert.deepEqual(desk.shown, ['1'], 'what it shows already is not sent again')
  await restarted.publisher.stop()
  t.mock.timers.reset()
  await writeFile(join(stateDir, 'particle.json'), '{"operations":')
  const damaged = await startBeforeStandIn(t, cloud, { stateDir })
  await damaged.pass(10, () => desk.shown.length === 2)
  assert.ok(damaged.log.lines.some((line) => line.includes('was damaged and has been set aside')))
  assert.ok((await readdir(stateDir)).includes('particle.json.damaged'))
})

test('at 95 % of the budget nothing is sent until the next month, and /health says so', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const stateDir = await mkdtemp(join(tmpdir(), 'counter-particle-'))
  const operations = { '2026-10': 100, '2026-11': 94 }
  await writeFile(join(stateDir, 'particle.json'), JSON.stringify({ operations, sent: {} }))
  const options = { stateDir, budget: 100 }
  const { truth, pass, publisher, log } = await startBeforeStandIn(t, cloud, options)
  assert.ok(await pass(10, () => desk.shown.length === 1))
  truth.visitors = 2
  await pass(3600)
  assert.deepEqual(desk.shown, ['1'])
  const { particle, particleNote, particleOperations } = publisher.health?.() ?? {}
  assert.deepEqual(
    [particle, particleNote, particleOperations],
    ['degraded', 'the budget: used up; nothing is sent until the next month', 95],
  )
  const month = Date.parse('2026-12-01T00:00:00Z')
  t.mock.timers.setTime(month)
  assert.ok(await pass(10, () => desk.shown.length === 2))
  assert.equal(publisher.health?.()['particle'], 'ok')
  assert.equal(publisher.health?.()['particleOperations'], 1)
  assert.ok(log.lines.some((line) => line.startsWith('warn: Particle, the budget: used up')))
})

test('a program that is started again and again does not send each time', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const stateDir = await mkdtemp(join(tmpdir(), 'counter-particle-'))
  for (let start = 0; start < 5; start += 1) {
    const { truth, pass, publisher } = await startBeforeStandIn(t, cloud, { stateDir })
    truth.visitors = start
    await pass(5)
    await publisher.stop()
    t.mock.timers.reset()
  }
  assert.equal(desk.shown.length, 1)
})

test('a budget that cannot be kept is said once, and again when it fails after it could', async (t) => {
  const folder = await temporaryFolder(t)
  const directory = join(folder, 'state')
  const said: string[] = []
  const memory = new ParticleMemory({
    directory,
    now: () => Date.parse('2026-11-15T12:00:00Z'),
    onTrouble: (message) => said.push(message),
  })
  // A file stands where the folder is to be.
  await writeFile(directory, '')
  for (let times = 0; times < 3; times += 1) await memory.save()
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /the Particle budget could not be kept/)
  await rm(directory)
  await memory.save()
  await rm(directory, { recursive: true, force: true })
  await writeFile(directory, '')
  for (let times = 0; times < 3; times += 1) await memory.save()
  assert.equal(said.length, 2)
})
