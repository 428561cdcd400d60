import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { thirdParty } from '../../tools/third-party.ts'
import { temporaryFolder } from '../support/folder.ts'

/** The notice for a bundle with one module of each of these packages. */
async function noticeFor(t: TestContext, packages: Record<string, Record<string, string>>) {
  const folder = await temporaryFolder(t)
  const moduleIds = [join(folder, 'cli', 'main.ts'), '\0virtual']
  for (const [name, files] of Object.entries(packages)) {
    const home = join(folder, 'node_modules', name)
    await mkdir(home, { recursive: true })
    for (const [file, text] of Object.entries(files)) await writeFile(join(home, file), text)
    moduleIds.push(join(home, 'lib', 'index.js'))
  }
  let notice = ''
  const emitFile = ({ source }: { source: string }) => {
    notice = source
    return ''
  }
  const plugin = thirdParty('THIRD-PARTY.txt')
  plugin.generateBundle.call({ emitFile }, {}, { 'main.js': { type: 'chunk', moduleIds } })
  return notice
}

function manifest(name: string, license?: string): string {
  return JSON.stringify({ name, version: '1.2.3', license })
}

describe('the notice of what is bundled', () => {
  it('names each package and carries the text of its licence', async (t) => {
    const notice = await noticeFor(t, {
      '@scope/b': { 'package.json': manifest('@scope/b', 'ISC'), 'LICENSE.md': 'Text of b' },
      a: { 'package.json': manifest('a', 'MIT'), 'readme.md': '# a\n\n## License\n\nText of a\n' },
    })
    assert.match(notice, /@scope\/b 1\.2\.3: ISC\na 1\.2\.3: MIT\n/)
    assert.match(notice, /@scope\/b 1\.2\.3 \(ISC\)\n\nText of b/)
    assert.match(notice, /a 1\.2\.3 \(MIT\)\n\n## License\n\nText of a/)
    assert.doesNotMatch(notice, /main\.ts|virtual/)
  })

  for (const licence of ['GPL-3.0-only', 'MPL-2.0', undefined]) {
    it(`refuses a package whose licence is ${licence}`, async (t) => {
      const files = { 'package.json': manifest('a', licence) }
      await assert.rejects(
        noticeFor(t, { a: files }),
        /a 1\.2\.3 .* is bundled, but its licence is/,
      )
    })
  }

  it('lies beside the bundle', async () => {
    // This file runs from build/test/tools/.
    const path = join(import.meta.dirname, '..', '..', '..', 'dist', 'THIRD-PARTY.txt')
    const text = await readFile(path, 'utf8')
    for (const name of ['hono', 'johnny-five', 'mysql2']) {
      assert.match(text, new RegExp(`^${name} \\d.*: MIT$`, 'm'))
    }
  })
})
