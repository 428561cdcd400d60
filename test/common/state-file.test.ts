import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as v from 'valibot'
import { ownFile } from '../../common/owner-file.ts'
import { readState, sweepDrafts, writeState } from '../../common/state-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { endProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

const module = (name: string) =>
  JSON.stringify(join(import.meta.dirname, `../../common/${name}.js`))

/** A process that runs a script until it is ended. */
function run(t: { after(end: () => unknown): void }, script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (data) => {
    said += String(data)
  })
  t.after(() => endProgram(child, 'SIGKILL'))
  return { child, said: () => said }
}

test('two processes that write one file never leave half of each', async (t) => {
  const file = join(await temporaryFolder(t), 'state.json')
  const script = (letter: string, size: number) => `
    const { writeState } = await import(${module('state-file')})
    for (let times = 0; times < 150; times += 1)
      await writeState(${JSON.stringify(file)}, '${letter}'.repeat(${size} * (1 + (times % 7))))
    console.log('done')`
  const writers = [run(t, script('a', 30_000)), run(t, script('b', 50_000))]
  const text = v.string()
  let damaged = 0
  await until(
    'both are done',
    async () => {
      const state = await readState(file, text, () => {
        damaged += 1
      })
      if (state !== undefined) assert.match(state, /^(a+|b+)$/)
      return writers.every(({ said }) => said().includes('done'))
    },
    60,
  )
  assert.equal(damaged, 0)
  assert.deepEqual(await readdir(join(file, '..')), ['state.json'])
})

test('drafts of processes that have ended are removed, those of others stay', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'state.json')
  const { child } = run(t, '')
  await new Promise((resolve) => child.once('exit', resolve))
  const names = [child.pid, process.pid].map((pid) => `state.json.${hostname()}.${pid}.new`)
  for (const name of [...names, 'other.json.new']) await writeFile(join(folder, name), '')
  await sweepDrafts(file)
  assert.deepEqual((await readdir(folder)).sort(), ['other.json.new', names[1]].sort())
})

test('who shares a file with another process is told which, until that has ended', async (t) => {
  const file = join(await temporaryFolder(t), 'state.json')
  const { child, said } = run(
    t,
    `const { ownFile } = await import(${module('owner-file')})
    console.log('owned', (await ownFile(${JSON.stringify(file)})).id)
    setInterval(() => {}, 1000)`,
  )
  await until('it is owned', () => said().includes('owned'))
  const second = await ownFile(file)
  assert.equal(second.other, `process ${child.pid}`)
  await second.release()
  assert.equal((await ownFile(file)).other, `process ${child.pid}`)
  const [, id] = said().trim().split(' ')
  assert.notEqual(second.id, id)
  await endProgram(child, 'SIGKILL')
  const heir = await ownFile(file)
  assert.deepEqual([heir.other, heir.id], [undefined, id])
  assert.notEqual((await ownFile(file)).id, id, 'a second one of the same process')
  await heir.release()
  assert.notEqual((await ownFile(file)).id, id)
})

test('a number that another program has by now is no owner', async (t) => {
  const file = join(await temporaryFolder(t), 'state.json')
  const { child } = run(t, 'setInterval(() => {}, 1000)')
  await writeFile(`${file}.owner`, `${child.pid} ${hostname()} 1`)
  assert.equal((await ownFile(file)).other, undefined)
  await writeState(file, 1)
})
