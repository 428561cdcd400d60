import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import * as v from 'valibot'

// This file runs from build/test/.
const root = join(import.meta.dirname, '..', '..')

const Packed = v.tuple([v.object({ files: v.array(v.object({ path: v.string() })) })])

describe('the package', () => {
  let files: string[] = []

  before(async () => {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', '--dry-run', '--json', '--ignore-scripts'],
      { cwd: root },
    )
    const [packed] = v.parse(v.pipe(v.string(), v.parseJson(), Packed), stdout)
    files = packed.files.map(({ path }) => path)
  })

  it('has the program, the notices and the papers', () => {
    const wanted = [
      'dist/visitor-counter.js',
      'dist/THIRD-PARTY.txt',
      'hardware/esphome/components/visitor_counter/hub.h',
      'hardware/photon/firmware/application.cpp',
      'hardware/rules/visitor_counter.h',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'wiring.md',
    ]
    assert.deepEqual(
      wanted.filter((path) => !files.includes(path)),
      [],
    )
  })

  it('has no tests, no sources of ours and nothing secret', () => {
    const unwanted = /(^|\/)(test|bench|build|node_modules)\/|\.tsx?$|\.map$|\.env$|\.tgz$/
    assert.deepEqual(
      files.filter((path) => unwanted.test(path)),
      [],
    )
  })

  it('runs nothing when it is installed', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const atInstall = ['preinstall', 'install', 'postinstall']
    assert.deepEqual(
      atInstall.filter((name) => name in scripts),
      [],
    )
  })

  it('has every file that its papers link to', async () => {
    const papers = files.filter((path) => path.endsWith('.md'))
    for (const paper of papers) {
      const text = await readFile(join(root, paper), 'utf8')
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue
        const path = normalize(join(dirname(paper), target))
        assert.ok(existsSync(join(root, path)), `${paper} links to ${target}, which is not there`)
        // Who reads these has the repository.
        if (/^(CONTRIBUTING\.md|bench\/)/.test(path)) continue
        const isPacked = files.some((file) => file === path || file.startsWith(`${path}/`))
        assert.ok(isPacked, `${paper} links to ${target}, which is not in the package`)
      }
    }
  })

  it('depends only on what has a permissive licence', async () => {
    const Lock = v.object({
      packages: v.record(
        v.string(),
        v.object({ dev: v.optional(v.boolean()), license: v.optional(v.string()) }),
      ),
    })
    const lock = v.parse(
      v.pipe(v.string(), v.parseJson(), Lock),
      await readFile(join(root, 'package-lock.json'), 'utf8'),
    )
    const permissive = /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0)$/
    const others = Object.entries(lock.packages).filter(
      ([, { dev = false, license = '' }]) => !dev && !permissive.test(license),
    )
    assert.deepEqual(others, [])
  })
})
