import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')

/** The modules of this project that a file imports, as paths from the root. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(root, file), 'utf8')
  const found = code.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g)
  return [...found].map(([, path = '']) => relative(root, resolve(root, file, '..', path)))
}

/** What a folder may not import of another, but for what lies in those that are named. */
const rules: [folder: string, forbidden: string, but?: string][] = [
  ['device', 'server'],
  ['device', 'cli'],
  ['server', 'device', 'device/face'],
  ['server/readings', 'server/http'],
  ['server/publish', 'server/http'],
  ['server/wordpress', 'server/http'],
  ['server', 'hardware'],
  ['server', 'cli'],
  ['hardware', 'server'],
  ['hardware', 'cli'],
  ['hardware/virtual', 'device'],
]
for (const [folder, forbidden, but] of rules) {
  const name = `${folder}/ imports nothing of ${forbidden}/${but === undefined ? '' : ` but ${but}/`}`
  test(name, () => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file))
    const edges = files.flatMap((file) => importsOf(file).map((path) => [file, path] as const))
    assert.ok(edges.length > files.length / 2, 'imports are found')
    const wrong = edges.filter(
      ([, path]) =>
        path.startsWith(`${forbidden}/`) && !(but !== undefined && path.startsWith(`${but}/`)),
    )
    assert.deepEqual(wrong, [])
  })
}

test('common/ imports nothing but itself and reading.ts', () => {
  const files = readdirSync(join(root, 'common'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('common', file))
  assert.ok(files.includes('common/errors.ts'))
  for (const file of [...files, 'reading.ts']) {
    const outside = importsOf(file).filter(
      (path) => path !== 'reading.ts' && !path.startsWith('common/'),
    )
    assert.deepEqual(outside, [], file)
  }
})

test('no code spreads a literal: it reads as its entries, one a line', () => {
  const folders = ['cli', 'common', 'tools', 'server', 'device', 'hardware', 'bench', 'test']
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  )
  const spread = files.filter((file) =>
    /^\s*\.\.\.(\{ ?\w|\{$|\(\[.*\] as const\),$)/m.test(readFileSync(join(root, file), 'utf8')),
  )
  assert.deepEqual(spread, [])
})
