import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { formats } from '../formats/index.ts'
import { AgedReading } from '../readings/aged-reading.ts'
import { SeriesPoint } from '../readings/series.ts'
import { Health } from './health.ts'
import { Problem, ProblemDocument } from './problem.ts'
import { daysEntries, parameterEntries } from './query.ts'

/** What one route answers, in the schemas that validate it. */
interface Route {
  readonly path: string
  readonly summary: string
  readonly query: v.ObjectEntries
  readonly contentType: string
  readonly document: v.GenericSchema
  /** Statuses beside 401 and 405, which can meet any of them. */
  readonly statuses: readonly (keyof typeof refusals | 200 | 304)[]
}

const CountsDocument = v.strictObject({
  site: v.string(),
  source: v.string(),
  why: v.string(),
  /** The last day on which the plugin has counted anybody. */
  plugin: v.exactOptional(v.strictObject({ newest: v.pipe(v.string(), v.isoDate()) })),
  timezone: v.string(),
  counts: v.array(AgedReading),
})

const refusals = {
  400: 'A parameter is wrong; `allowed` says what there is.',
  401: 'The bridge has a token and this was not it.',
  404: 'There is no such site, or its plugin does not count this; `allowed` says what there is.',
  405: 'The bridge is only read.',
  503: 'Nothing has been read yet, or there are too many streams.',
}
const json = 'application/json'
const statuses = [200, 304, 400, 404, 503] as const

const documented: readonly Route[] = [
  {
    path: '/count',
    summary: 'The digits and a newline',
    query: parameterEntries,
    contentType: 'text/plain',
    document: v.pipe(v.string(), v.regex(/^\d+\n$/)),
    statuses,
  },
  {
    path: '/v1/count',
    summary: 'A reading',
    query: parameterEntries,
    contentType: json,
    document: AgedReading,
    statuses,
  },
  {
    path: '/v1/counts',
    summary: 'All readings of a site',
    query: parameterEntries,
    contentType: json,
    document: CountsDocument,
    statuses,
  },
  {
    path: '/v1/series',
    summary: 'The last days, oldest first',
    query: { ...parameterEntries, ...daysEntries },
    contentType: json,
    document: v.array(SeriesPoint),
    statuses,
  },
  {
    path: '/v1/events',
    summary:
      'Server-sent events: the reading at once and when it changes, as event `count`; `beat` each 15 s',
    query: parameterEntries,
    contentType: 'text/event-stream',
    document: v.string(),
    statuses: [200, 400, 404, 503],
  },
  ...formats.map(
    ({ path, summary, query, contentType, document }): Route => ({
      path,
      summary,
      contentType,
      document,
      statuses,
      query: { ...parameterEntries, ...query.entries },
    }),
  ),
  {
    path: '/health',
    summary: 'Whether the bridge has readings and reaches its databases; never wants the token',
    query: {},
    contentType: json,
    document: Health,
    statuses: [200],
  },
  {
    path: '/openapi.json',
    summary: 'This document',
    query: {},
    contentType: json,
    document: v.looseObject({ openapi: v.literal('3.1.0') }),
    statuses: [200],
  },
]

/** Paths of what the bridge answers, but for the page. */
export const routes = documented.map(({ path }) => path)

/** The description of all routes as OpenAPI 3.1 has it. */
export function openapi() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Visitor counter',
      summary:
        'How many people have visited a WordPress site, as its statistics plugin counts them',
      version: '1',
    },
    // Relative to this document, so that a base path or a token in the path is kept.
    servers: [{ url: '.' }],
    security: [{}, { token: [] }],
    paths: Object.fromEntries(documented.map((route) => [route.path, { get: operation(route) }])),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schema(ProblemDocument) },
    },
  }
}

function operation(route: Route) {
  const { path, summary, query, contentType, document, statuses } = route
  const isHealth = path === '/health'
  const ok = { [contentType]: { schema: schema(document) } }
  const all = [...statuses, ...(isHealth ? [] : ([401] as const)), 405 as const]
  const answers = all.map((status) => {
    if (status === 200) return [status, { description: summary, content: ok }]
    if (status === 304) return [status, { description: 'As the tag that was sent has it.' }]
    return [status, { description: refusals[status], content: refusal(path) }]
  })
  return {
    summary,
    operationId: path.slice(1).replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()),
    ...(isHealth && { security: [] }),
    parameters: Object.entries(query).map(([name, entry]) => ({
      name,
      in: 'query',
      schema: schema(entry),
    })),
    responses: Object.fromEntries([
      ...answers,
      ...(isHealth ? [[503, { description: 'Nothing can be served.', content: ok }]] : []),
    ]),
  }
}

function refusal(path: string) {
  if (path === '/count') return { 'text/plain': { schema: { type: 'string' } } }
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
}

function schema(of: v.GenericSchema) {
  // Parameters are described as they are sent, before they are parsed.
  const { $schema: _, ...rest } = toJsonSchema(of, { typeMode: 'input', errorMode: 'throw' })
  return rest
}

/** What is answered where there is no route. */
export function noRoute(path: string): Problem {
  const detail = `there is no ${path}; see ${routes.join(', ')}`
  return new Problem(404, 'Not Found', detail, {}, routes)
}
