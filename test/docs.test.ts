import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { flagName } from '../cli/settings/setting.ts'
import { settings } from '../cli/settings/settings.ts'
import { withTable } from '../tools/settings-table.ts'
import { run } from './support/command.ts'

// This file runs from build/test/.
const root = join(import.meta.dirname, '..', '..')
const papers = [
  ...['README.md', 'SECURITY.md', 'wiring.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? join('docs', name) : [],
  ),
]

test('every command of the documents takes the flags that they give it', async (t) => {
  /** Key: command. */
  const helps = new Map<string, string>()
  const { stdout } = await run(t, ['--help'])
  for (const [, name = ''] of stdout.matchAll(/^ {2}(\w+) \[options\]/gm)) {
    helps.set(name, (await run(t, [name, '--help'])).stdout)
  }
  assert.ok(helps.size > 3)
  for (const paper of papers) {
    const text = readFileSync(join(root, paper), 'utf8')
    for (const [line, name = '', rest = ''] of text.matchAll(
      /visitor-counter (serve|device|board|doctor|demo|flash|esphome|setup|service|agent|settings|completion)\b([^`\n|]*)/g,
    )) {
      const help = helps.get(name)
      assert.ok(help !== undefined, `${paper}: there is no command ${name}`)
      for (const [flag] of rest.matchAll(/--[a-z][a-z-]*/g)) {
        assert.match(help, new RegExp(`${flag}\\b`), `${paper}: ${line}`)
      }
    }
  }
})

test('every flag of the documents is one of a command', () => {
  const known = new Set<string>(Object.values(settings).map(({ flag }) => flagName(flag)))
  for (const own of ['--config', '--help', '--version']) known.add(own)
  for (const paper of papers) {
    const text = readFileSync(join(root, paper), 'utf8')
    for (const [, flag = ''] of text.matchAll(/`(--[a-z][a-z-]*)/g)) {
      assert.ok(known.has(flag), `${paper}: ${flag}`)
    }
  }
})

test('the table of docs/settings.md is what the settings declare (else: npm run settings)', () => {
  const page = readFileSync(join(root, 'docs/settings.md'), 'utf8')
  assert.ok(page === withTable(page), 'type: npm run settings')
  const flags = [...page.matchAll(/^\| `(--[a-z-]+)`/gm)].map(([, flag]) => flag)
  assert.equal(flags.length, Object.keys(settings).length)
})

test('the README is short: what it has is on one screen or one click away', () => {
  const lines = readFileSync(join(root, 'README.md'), 'utf8').split('\n')
  assert.ok(lines.length <= 200, `${lines.length} lines`)
  assert.match(lines.slice(0, 25).join('\n'), /docs\/face\.svg[\s\S]*npm ci && npm start/)
})

test('every document is in the index, and every link of a document leads somewhere', () => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8')
  for (const name of readdirSync(join(root, 'docs'))) {
    if (!name.endsWith('.md') || name === 'README.md') continue
    assert.ok(index.includes(`(${name})`), `docs/README.md has no ${name}`)
  }
  for (const paper of papers) {
    const text = readFileSync(join(root, paper), 'utf8')
    for (const [, target = '', anchor] of text.matchAll(
      /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g,
    )) {
      const file = target === '' ? join(root, paper) : join(root, dirname(paper), target)
      assert.ok(existsSync(file), `${paper}: ${target}`)
      if (anchor === undefined || !file.endsWith('.md')) continue
      assert.ok(anchorsOf(readFileSync(file, 'utf8')).has(anchor), `${paper}: ${target}#${anchor}`)
    }
  }
})

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

test('no document has a way of installing that only works once the package is published', () => {
  for (const paper of papers) {
    if (paper === 'docs/install.md' || paper === 'CHANGELOG.md') continue
    const text = readFileSync(join(root, paper), 'utf8')
    assert.doesNotMatch(
      text,
      /npx wp-visitor-counter|npm install (--global )?wp-visitor-counter|<the repository>/,
      paper,
    )
  }
})
