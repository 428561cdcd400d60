import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { endProgram } from '../support/program.ts'
import { damageStates, faultsOf } from './faults.ts'
import { pollMs, startRig } from './rig.ts'
import { filesOf, pagesOf, topicsOf } from './said.ts'

/** An interval and 5 s; what a busy machine adds is no fault of the product. */
const repairSeconds = 6 + 6

test('whatever befalls it, the counter is right again by itself', async (t) => {
  const rig = await startRig(t)
  for (const { name, begin } of faultsOf(rig)) {
    await t.test(name, async () => {
      const mend = await begin(rig)
      await rig.visit().catch(() => undefined)
      // The fault lasts: an interval of the bridge passes under it.
      await wait(pollMs + 200)
      await mend()
      await rig.visit()
      await rig.right(repairSeconds)
      assert.deepEqual(rig.wrongs, [])
    })
  }

  await t.test('state files that were damaged are set aside', async () => {
    for (const name of ['serve', 'device'] as const) {
      await endProgram(rig.process(name), 'SIGKILL')
    }
    await damageStates(rig)
    rig.forget()
    for (const name of ['serve', 'device'] as const) await rig.start(name)
    await rig.visit()
    await rig.right(repairSeconds)
    assert.ok(rig.output.some((line) => line.includes('damaged and has been set aside')))
    assert.deepEqual(rig.wrongs, [])
  })

  await t.test('no output, file, topic or page has a secret in it', async () => {
    const said = [
      ...rig.output.map((text) => ({ where: 'output', text })),
      ...(await filesOf(rig.folder, (name) => /\.yaml$/.test(name))),
      ...(await topicsOf(rig.brokerUrl)),
      ...(await pagesOf(rig.bridgeUrl('serve'), rig.token)),
      ...(await pagesOf(rig.bridgeUrl('replica'), rig.token)),
    ]
    for (const [what, least] of [
      [/^output$/, 50],
      [/counter-test/, 3],
      [/^visitor-counter\//, 5],
      [/^http:/, 100],
    ] as const) {
      assert.ok(said.filter(({ where }) => what.test(where)).length >= least, String(what))
    }
    for (const { where, text } of said) {
      for (const secret of rig.secrets) assert.ok(!text.includes(secret), `${where}: ${text}`)
    }
  })
})
