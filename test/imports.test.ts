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

test('what both sides share imports neither of them', () => {
  const shared = readdirSync(root).filter(
    (file) => file.endsWith('.ts') && file !== 'rolldown.config.ts',
  )
  assert.ok(shared.includes('reading.ts'))
  for (const file of shared) {
    const outside = importsOf(file).filter((path) => path.includes('/'))
    assert.deepEqual(outside, [], file)
  }
})
