import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { settings } from '../../cli/settings/settings.ts'

const run = promisify(execFile)
// This file runs from build/test/deploy/.
const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy')
const program = '/opt/visitor-counter/node_modules/.bin/visitor-counter'
const names = ['serve', 'device'] as const
const unit = (name: string) => `visitor-counter-${name}.service`

describe('the systemd units', () => {
  let folder = ''

  /** As a Raspberry Pi has them, with a program that exists here in the place of ours. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'counter-units-'))
    for (const name of names) {
      const text = await readFile(join(deploy, 'systemd', unit(name)), 'utf8')
      assert.ok(text.includes(`\nExecStart=${program} ${name}\n`))
      await writeFile(join(folder, unit(name)), text.replace(program, process.execPath))
    }
    const dropIns = join(folder, `${unit('device')}.d`)
    await mkdir(dropIns)
    await cp(join(deploy, 'systemd', 'raspberry-pi.conf'), join(dropIns, 'raspberry-pi.conf'))
  })
  after(() => rm(folder, { recursive: true }))

  for (const name of names) {
    it(`systemd has nothing to say against ${unit(name)}`, async () => {
      const { stdout, stderr } = await run('systemd-analyze', ['verify', join(folder, unit(name))])
      const lines = (stdout + stderr).split('\n')
      assert.deepEqual(
        lines.filter((line) => line.includes('visitor-counter')),
        [],
      )
    })

    it(`${unit(name)} is exposed at most 2.5 of 10`, async () => {
      const path = join(folder, unit(name))
      await run('systemd-analyze', ['security', '--offline=true', '--threshold=25', path])
    })

    it(`${unit(name)} has an example of its settings, all of which exist`, async () => {
      const path = join(deploy, `${name}.env.example`)
      const text = await readFile(path, 'utf8')
      const known = new Set<string>(Object.values(settings).map(({ env }) => env))
      const given = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, variable]) => variable ?? '')
      assert.ok(given.length > 2)
      assert.deepEqual(
        given.filter((variable) => !known.has(variable)),
        [],
      )
    })
  }
})
