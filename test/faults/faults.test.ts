import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { reader } from '../support/mariadb.ts'
import { damageStates, faults } from './faults.ts'
import { startRig } from './rig.ts'

/** An interval and 5 s; what a busy machine adds is no fault of the product. */
const repairSeconds = 6 + 6

test('whatever befalls it, the counter is right again by itself', async (t) => {
  const rig = await startRig(t)
  for (const { name, begin } of faults) {
    await t.test(name, async () => {
      const mend = await begin(rig)
      await rig.visit().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 1200))
      await mend()
      await rig.visit()
      await rig.right(repairSeconds)
      assert.deepEqual(rig.wrongs, [])
    })
  }

  await t.test('state files that were damaged are set aside', async () => {
    for (const name of ['serve', 'device'] as const) {
      const child = rig.process(name)
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
    await damageStates(rig)
    rig.forget()
    for (const name of ['serve', 'device'] as const) await rig.start(name)
    await rig.visit()
    await rig.right(repairSeconds)
    assert.ok(rig.output.some((line) => line.includes('damaged and has been set aside')))
    assert.deepEqual(rig.wrongs, [])
  })

  await t.test('no output has a secret in it', () => {
    assert.ok(rig.output.length > 50)
    for (const line of rig.output) assert.ok(!line.includes(reader.password), line)
  })
})
