import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { formats } from '../../server/formats/index.ts'
import { appWith, healthy } from '../support/app.ts'

const file = join(import.meta.dirname, '../../../docs/dashboards.md')
const text = await readFile(file, 'utf8')

/** Addresses of the bridge, as a reader copies them. */
const addresses = [
  ...text.matchAll(/(?:http:\/\/bridge:8787|https:\/\/counter\.example\.com)(\/[^\s'"`<>)]*)/g),
  ...text.matchAll(/counter\.example\.com\/t\/<token>(\/[^\s'"`<>)]*)/g),
]
  .map(([, path = '']) => path)
  // The page is not one of the app's documents, and a token is taken off before the routes.
  .filter((path) => !path.startsWith('/?') && path !== '/' && !path.startsWith('/t/'))

test('every address of the examples is one that the bridge answers', async () => {
  assert.ok(addresses.length > 15)
  for (const path of addresses) {
    const { status } = await appWith(healthy).request(path)
    assert.equal(status, 200, path)
  }
})

test('every format has an example', () => {
  const paths = addresses.map((path) => path.split('?')[0])
  for (const { path } of formats) {
    assert.ok(paths.includes(path) || text.includes(`\`${path}\``), path)
  }
})

test('the examples in YAML are YAML', () => {
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml)
  assert.ok(examples.length >= 5)
  for (const example of examples) assert.equal(typeof parse(example), 'object')
})

test('the flow for Node-RED is JSON whose wires lead to its nodes', () => {
  const [, flow = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? []
  const nodes = JSON.parse(flow) as { id: string; wires: string[][] }[]
  const ids = new Set(nodes.map(({ id }) => id))
  for (const { wires } of nodes) for (const id of wires.flat()) assert.ok(ids.has(id), id)
})
