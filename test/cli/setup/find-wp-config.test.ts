import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { findWpConfigs } from '../../../cli/setup/find-wp-config.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** A folder with some empty files. */
async function tree(t: TestContext, paths: readonly string[]): Promise<string> {
  const root = await temporaryFolder(t)
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), '')
  }
  return root
}

test('a wp-config.php is found four folders down, once, and nothing within a WordPress', async (t) => {
  const root = await tree(t, [
    'wp-config.php',
    'blog/public/wp-config.php',
    'blog/public/wp-content/backup/wp-config.php',
    'blog/public/old/wp-config.php',
    'a/b/c/d/wp-config.php',
    'a/b/c/d/e/wp-config.php',
    'node_modules/x/wp-config.php',
    '.cache/wp-config.php',
    'other/wp-config-sample.php',
    'other/x\nExecStartPre=+rm/wp-config.php',
  ])
  const found = (folders: readonly string[]) =>
    findWpConfigs(folders, () => 0).map(({ path }) => relative(root, path))
  // What stands at the very root would hide the rest.
  assert.deepEqual(found([root]), ['wp-config.php'])
  const below = ['a', 'blog', 'node_modules/x', 'other'].map((name) => join(root, name))
  assert.deepEqual(found([...below, ...below]), [
    'node_modules/x/wp-config.php',
    'blog/public/wp-config.php',
    'a/b/c/d/wp-config.php',
  ])
  assert.deepEqual(found([join(root, 'nowhere')]), [])
})

test('the search ends after two seconds, with what it has', async (t) => {
  const root = await tree(t, ['a/wp-config.php', 'b/c/wp-config.php'])
  let now = 0
  const slow = () => {
    now += 600
    return now
  }
  assert.deepEqual(
    findWpConfigs([root], slow).map(({ path }) => relative(root, path)),
    ['a/wp-config.php'],
  )
})

test('one that this user may not read is found as such', async (t) => {
  const root = await tree(t, ['open/wp-config.php', 'closed/wp-config.php'])
  await chmod(root, 0o755)
  await chmod(join(root, 'closed/wp-config.php'), 0o000)
  const module = new URL('../../../cli/setup/find-wp-config.js', import.meta.url).href
  // Root may read all; Node and the project may lie where only root may look, so they are loaded first.
  const script = `import { findWpConfigs } from ${JSON.stringify(module)}
    if (process.getuid() === 0) {
      process.setgid(65534)
      process.setuid(65534)
    }
    console.log(JSON.stringify(findWpConfigs([${JSON.stringify(root)}], Date.now)))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--input-type=module', '--eval', script],
  ])
  const found = JSON.parse(stdout) as { path: string; isReadable: boolean }[]
  assert.deepEqual(found.map(({ path, isReadable }) => [relative(root, path), isReadable]).sort(), [
    ['closed/wp-config.php', false],
    ['open/wp-config.php', true],
  ])
})
