import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as v from 'valibot'
import { createDemoSite } from '../../../server/wordpress/demo-site.ts'
import { run, start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { CloudDesk, startStandInCloud } from '../../support/particle-cloud.ts'
import { until } from '../../support/until.ts'

const Count = v.object({ value: v.number() })

test('serve shows the count of the database on a desk, and says in /health what it took', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'wordpress.sqlite')
  const site = createDemoSite({ file, timezone: 'UTC', now: Date.now, random: Math.random })
  t.after(() => site.close())
  const [desk, today] = [new CloudDesk('desk'), new CloudDesk('today')]
  const cloud = await startStandInCloud(t, desk, today)
  const serve = start(
    t,
    [
      ...['serve', '--database', `sqlite:${file}`, '--port', '0', '--state-dir', folder],
      ...['--particle', 'desk,today=visitors.today', '--particle-url', cloud.url.href],
    ],
    { env: { PARTICLE_TOKEN: cloud.token } },
  )
  await until('both numbers', () => desk.shown.length > 0 && today.shown.length > 0, 60)
  const url = /http:\/\/[\d.]+:\d+/.exec(serve.stderr.join('\n'))?.[0]
  const ask = async (path: string) => (await fetch(`${url}${path}`)).json()
  const { value } = v.parse(Count, await ask('/v1/count'))
  assert.deepEqual(desk.shown, [String(value)])
  const day = v.parse(Count, await ask('/v1/count?period=today'))
  assert.deepEqual(today.shown, [String(day.value)])
  const health = async () => v.parse(v.record(v.string(), v.unknown()), await ask('/health'))
  await until('a fresh reading', async () => (await health())['status'] === 'ok', 60)
  const { particle, particleOperations } = await health()
  assert.deepEqual([particle, particleOperations], ['ok', 2])
  assert.equal(await serve.end('SIGTERM'), 0)
  assert.ok(!serve.stderr.join('\n').includes(cloud.token))
  const kept = await readFile(join(folder, 'particle.json'), 'utf8')
  assert.match(kept, new RegExp(`"desk":\\{"value":${value},`))
  assert.ok(!kept.includes(cloud.token))
})

test('serve ends at once while the Particle Cloud does not answer', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'wordpress.sqlite')
  createDemoSite({ file, timezone: 'UTC', now: Date.now, random: Math.random }).close()
  const cloud = await startStandInCloud(t, new CloudDesk('desk'))
  cloud.fault = 'hang'
  const serve = start(
    t,
    [
      ...['serve', '--database', `sqlite:${file}`, '--port', '0', '--state-dir', folder],
      ...['--particle', 'desk', '--particle-url', cloud.url.href],
    ],
    { env: { PARTICLE_TOKEN: cloud.token } },
  )
  await until('the first question', () => cloud.hanging > 0, 60)
  assert.equal(await serve.end('SIGTERM'), 0)
})

test('doctor asks the cloud for the devices of the settings', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  desk.functions = []
  const args = ['doctor', '--particle', 'desk=views.total', '--particle-url', cloud.url.href]
  const { code, stdout } = await run(t, args, { env: { PARTICLE_TOKEN: cloud.token } })
  assert.equal(code, 1)
  assert.match(stdout, /PROBLEM {2}particle desk .*flash --device desk/s)
})

test('flash sends all of the firmware to the compiler, and a dry run leaves it at that', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const { code, stdout, stderr } = await run(
    t,
    ['flash', '--device', 'desk', '--dry-run', '--particle-url', cloud.url.href],
    { env: { PARTICLE_TOKEN: cloud.token } },
  )
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.match(stdout, /^compiling \d+ files for a Photon .*\nit compiles; desk stays as it is$/s)
  const hardware = join(import.meta.dirname, '../../../../hardware')
  const own = await readdir(join(hardware, 'photon/firmware'))
  const rules = (await readdir(join(hardware, 'rules'))).filter((name) => name.endsWith('.h'))
  const { platform_id, build_target_version, ...sources } = cloud.builds[0] ?? {}
  assert.deepEqual([platform_id, build_target_version], ['6', '2.3.1'])
  assert.deepEqual(Object.keys(sources).sort(), [...own, ...rules].sort())
  assert.match(sources['application.cpp'] ?? '', /Particle\.function\("show", show\)/)
})

test('flash that fails says one line, and is ended by a signal', async (t) => {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk)
  const args = ['flash', '--device', 'desk', '--particle-url', cloud.url.href]
  const env = { PARTICLE_TOKEN: cloud.token }
  desk.online = false
  const offline = await run(t, args, { env })
  assert.deepEqual(
    [offline.code, offline.stderr],
    [1, 'visitor-counter: desk is offline; switch it on, and wait until its light breathes cyan'],
  )
  desk.online = true
  const waiting = start(t, args, { env })
  await until('the flash', () => waiting.stdout.some((line) => line.startsWith('waiting')), 60)
  assert.equal(await waiting.end('SIGINT'), 1)
  assert.deepEqual(waiting.stderr, ['visitor-counter: stopped before desk was back'])
})
