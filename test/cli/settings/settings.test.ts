import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Option } from 'commander'
import { commands } from '../../../cli/commands/index.ts'
import type { Setting } from '../../../cli/settings/setting.ts'
import { groups, type SettingName, settings } from '../../../cli/settings/settings.ts'

const all = Object.entries<Setting>(settings)

test('a setting is called in the program as its flag is', () => {
  for (const [name, { flag }] of all) assert.equal(new Option(flag).attributeName(), name)
})

test('no flag and no environment variable belongs to two settings', () => {
  const once = (texts: string[]) => assert.equal(new Set(texts).size, texts.length)
  once(all.map(([, { flag }]) => flag))
  once(all.map(([, { env }]) => env))
})

test('every setting stands in a group of the help, and is of some command', () => {
  const grouped = Object.values(groups).flatMap((group) => Object.keys(group))
  assert.deepEqual(grouped.sort(), Object.keys(settings).sort())
  const used = new Set<SettingName>(commands.flatMap((command) => command.settings))
  const unused = grouped.filter(
    (name) => name !== 'logLevel' && name !== 'logFormat' && !used.has(name as SettingName),
  )
  assert.deepEqual(unused, [])
})

test('a setting has another default for commands that there are', () => {
  const known = new Set(commands.map(({ name }) => name))
  for (const [name, { defaultOf = {} }] of all) {
    for (const command of Object.keys(defaultOf))
      assert.ok(known.has(command), `${name}: ${command}`)
  }
})
