import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openapi, routes } from '../../../server/http/openapi.ts'
import { appWith, healthy, known, nothing } from '../../support/app.ts'

const document = openapi()
const ajv = new Ajv2020({ strict: true, allErrors: true })
addFormats.default(ajv)
const problem = JSON.stringify(document.components.schemas.Problem)

interface Media {
  readonly schema: object
}
type Answers = Readonly<Record<string, { content?: Readonly<Record<string, Media>> }>>

/** Asserts that an answer is one of those that the document has for this path. */
async function assertDescribed(path: string, answer: Response): Promise<void> {
  const [route = ''] = path.split('?')
  const answers: Answers | undefined = document.paths[route]?.get.responses
  const described = answers?.[answer.status]
  assert.ok(described !== undefined, `${path}: ${answer.status} is not described`)
  const text = await answer.text()
  if (described.content === undefined) {
    assert.equal(text, '')
    return
  }
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';')
  const wanted = Object.entries(described.content).find(([name]) => name.split(';')[0] === type)
  assert.ok(wanted !== undefined, `${path}: ${type} is not described for ${answer.status}`)
  const schema = JSON.parse(
    JSON.stringify(wanted[1].schema).replace('{"$ref":"#/components/schemas/Problem"}', problem),
  )
  const isValid = ajv.validate(schema, type.endsWith('json') ? JSON.parse(text) : text)
  assert.ok(isValid, `${path} ${answer.status}: ${ajv.errorsText()} in ${text}`)
}

test('the document is OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)))
  assert.ok(valid, JSON.stringify(errors))
})

test('the document describes the routes that there are', async () => {
  const app = appWith(healthy)
  for (const route of routes) assert.notEqual((await app.request(route)).status, 404, route)
  const described = new Set([...routes, '/', '/assets/:name', '/embed.js', '/preview.png'])
  for (const path of app.paths) assert.ok(described.has(path), path)
  assert.deepEqual(await (await app.request('/openapi.json')).json(), document)
})

for (const path of routes) {
  test(`${path} answers as it is described`, async () => {
    const views = { ...known, counts: known.counts.filter(({ metric }) => metric === 'views') }
    const old = { ...healthy, failure: 'gone' }
    for (const state of [healthy, nothing, old, { ...healthy, last: views }]) {
      const app = appWith(state)
      for (const query of [
        ...['', '?metric=views', '?period=today', '?site=blog.example.com&days=5'],
        ...['?metric=likes', '?site=other', '?metric=views&period=online'],
        ...['?days=0', '?digits=6', '?style=flat', '?short=1', '?every=x'],
      ]) {
        const sent = await app.request(path + query)
        // A stream goes to a socket; its type is told to HEAD as well.
        const isStream = sent === RESPONSE_ALREADY_SENT
        const answer = isStream ? await app.request(path + query, { method: 'HEAD' }) : sent
        const etag = answer.headers.get('etag')
        await assertDescribed(path + query, answer)
        if (etag === null) continue
        const again = await app.request(path + query, { headers: { 'If-None-Match': etag } })
        assert.equal(again.status, 304)
        await assertDescribed(path + query, again)
      }
    }
  })
}

test('the parameters are described by the schemas that validate them', async () => {
  const { parameters } = document.paths['/smiirl']?.get ?? assert.fail()
  assert.deepEqual(
    parameters.map(({ name, schema }) => [name, 'enum' in schema ? schema.enum?.length : null]),
    [
      ['metric', 2],
      ['period', 6],
      ['site', null],
      ['digits', 2],
    ],
  )
})
