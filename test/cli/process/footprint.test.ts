import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** Makes much that is in use for a while, then says what V8 has taken for new objects. */
const busy = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  let kept = []
  for (let made = 0; made < 1e6; made += 1) {
    kept.push({ made, text: 'x' + made })
    if (kept.length > 20_000) kept = []
  }
  const space = getHeapSpaceStatistics().find((each) => each.space_name === 'new_space')
  process.stdout.write(String(space.space_size / 2 ** 20))`

function newSpaceMb(before: string): number {
  const program = ['--input-type=module', '--eval', `${before}\n${busy}`]
  const { stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' })
  assert.equal(stderr, '', 'V8 knows the flags')
  return Number(stdout)
}

test('a process that keeps small has no room to spare for new objects, as others have', () => {
  const { href } = new URL('../../../cli/process/footprint.js', import.meta.url)
  const small = newSpaceMb(`(await import('${href}')).keepSmall()`)
  // Two halves of 1 MB; Node 24 has a third.
  assert.ok(small <= 3, `${small} MB`)
  const usual = newSpaceMb('')
  assert.ok(usual > 4 * small, `${usual} MB`)
})
