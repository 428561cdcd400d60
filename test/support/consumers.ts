import assert from 'node:assert/strict'
import * as v from 'valibot'
import { parseExposition } from './exposition.ts'

/** An answer as a consumer gets it. */
export interface Answered {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** What a route answers, as its consumers see it. */
export async function answered(response: Response): Promise<Answered> {
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  }
}

/** A program or a device of somebody else, with its own rules: it shares nothing with our formats. */
export interface Consumer {
  readonly name: string
  readonly path: string
  /**
   * Takes an answer as the consumer does, and says what number it shows.
   *
   * @param of which reading was asked for; the total of the visitors when left out
   * @throws where the consumer would refuse it
   */
  shown(answer: Answered, of?: { readonly metric: string; readonly period: string }): string
}

const visitorsTotal = { metric: 'visitors', period: 'total' }

const Integer = v.pipe(v.number(), v.safeInteger())
const Count = v.pipe(Integer, v.minValue(0))

function json<Schema extends v.GenericSchema>(
  schema: Schema,
  { status, contentType, body }: Answered,
): v.InferOutput<Schema> {
  assert.equal(status, 200)
  assert.match(contentType, /^application\/json\b/)
  return v.parse(schema, JSON.parse(body))
}

// smiirl/smiirl-custom-samples, README: a JSON object with the integer `number`.
const smiirl = (digits: 5 | 7, most: number): Consumer => ({
  name: `Smiirl with ${digits} digits`,
  path: `/smiirl?digits=${digits}`,
  shown: (answer) =>
    String(json(v.object({ number: v.pipe(Count, v.maxValue(most)) }), answer).number),
})

// LaMetric help 6000225467: 1 to 20 frames. A goal lies between its start and its end.
const LametricFrame = v.strictObject({
  text: v.exactOptional(v.string()),
  icon: v.exactOptional(
    v.union([
      v.pipe(v.string(), v.regex(/^[ai]?\d+$/)),
      v.pipe(v.string(), v.startsWith('data:image/png;base64,')),
    ]),
  ),
  duration: v.exactOptional(v.pipe(Integer, v.minValue(1), v.maxValue(10_000))),
  goalData: v.exactOptional(
    v.pipe(
      v.strictObject({
        start: v.pipe(v.number(), v.integer()),
        current: v.pipe(v.number(), v.integer()),
        end: v.pipe(v.number(), v.integer()),
        unit: v.exactOptional(v.string()),
      }),
      v.check(({ start, current, end }) => start <= current && current < end),
    ),
  ),
  chartData: v.exactOptional(v.pipe(v.array(Integer), v.minLength(1), v.maxLength(37))),
})
const lametric: Consumer = {
  name: 'LaMetric',
  path: '/lametric',
  shown(answer) {
    const Document = v.strictObject({
      frames: v.pipe(v.array(LametricFrame), v.minLength(1), v.maxLength(20)),
    })
    const { frames } = json(Document, answer)
    const [first, goal] = frames
    assert.equal(String(goal?.goalData?.current), first?.text)
    return first?.text ?? ''
  },
}

const Color = v.pipe(v.string(), v.regex(/^#[0-9A-F]{6}$/i))
const Percent = v.pipe(Integer, v.minValue(0), v.maxValue(100))

// Blueforcer/awtrix3, docs/api.md, keys of a custom app; text must be a string (its issue 618).
const awtrix3: Consumer = {
  name: 'AWTRIX 3',
  path: '/awtrix3',
  shown: (answer) =>
    json(
      v.strictObject({
        text: v.string(),
        icon: v.exactOptional(v.string()),
        color: v.exactOptional(Color),
        progress: Percent,
        lifetime: v.pipe(Integer, v.minValue(1)),
        lifetimeMode: v.picklist([0, 1]),
      }),
      answer,
    ).text,
}

// Blueforcer/awtrix-ng, docs/reference/payload.md: an unknown key refuses the whole document, 422.
const awtrixNg: Consumer = {
  name: 'AWTRIX NG',
  path: '/awtrix-ng',
  shown(answer) {
    assert.ok(Buffer.byteLength(answer.body) <= 8192)
    return json(
      v.strictObject({
        text: v.string(),
        icon: v.exactOptional(v.string()),
        textColor: v.exactOptional(Color),
        progress: Percent,
        lifetimeMs: v.pipe(Integer, v.minValue(1)),
        lifetimeExpiry: v.picklist(['remove', 'mark']),
      }),
      answer,
    ).text
  },
}

// badges/shields, services/endpoint-common.js: unknown keys are refused.
const shields: Consumer = {
  name: 'shields.io',
  path: '/badge.json',
  shown: (answer) =>
    json(
      v.strictObject({
        schemaVersion: v.literal(1),
        label: v.string(),
        message: v.pipe(v.string(), v.minLength(1)),
        color: v.exactOptional(v.string()),
        labelColor: v.exactOptional(v.string()),
        isError: v.exactOptional(v.boolean()),
        cacheSeconds: v.exactOptional(v.pipe(Integer, v.minValue(300))),
      }),
      answer,
    ).message.replaceAll(',', ''),
}

// What a browser wants of an <img>: the type, and XML that is well-formed.
const image = (style: 'led' | 'flat'): Consumer => ({
  name: `an <img> of the ${style} badge`,
  path: `/badge.svg?style=${style}`,
  shown({ status, contentType, body }) {
    assert.equal(status, 200)
    assert.equal(contentType, 'image/svg+xml')
    assert.match(body, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /)
    assertWellFormed(body)
    return /<title>[^<]*: ([\d,]+)/.exec(body)?.[1]?.replaceAll(',', '') ?? ''
  },
})

function assertWellFormed(xml: string): void {
  const open: string[] = []
  const rest = xml.replace(
    /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>/g,
    (_, end, name, __, alone) => {
      if (end !== '') assert.equal(open.pop(), name)
      else if (alone === '') open.push(name)
      return ''
    },
  )
  assert.deepEqual(open, [])
  assert.doesNotMatch(rest, /[<>&]/)
}

// prometheus.io, exposition formats: version 0.0.4.
const prometheus: Consumer = {
  name: 'Prometheus',
  path: '/metrics',
  shown({ status, contentType, body }, of = visitorsTotal) {
    assert.equal(status, 200)
    assert.equal(contentType, 'text/plain; version=0.0.4; charset=utf-8')
    const sample = parseExposition(body).find(
      ({ name, labels }) =>
        name === 'wordpress_visitors' &&
        labels['period'] === of.period &&
        labels['metric'] === of.metric,
    )
    return sample?.value ?? ''
  },
}

// Home Assistant, RESTful sensor: value_template, json_attributes and availability of docs/dashboards.md.
const homeAssistant: Consumer = {
  name: 'Home Assistant REST',
  path: '/v1/count',
  shown: (answer) =>
    String(
      json(
        v.object({
          value: Count,
          asOf: v.pipe(v.string(), v.isoTimestamp()),
          stale: v.boolean(),
          metric: v.string(),
        }),
        answer,
      ).value,
    ),
}

// gethomepage/homepage, customapi: parseInt reads the number, an `error` at the top turns it red.
const homepage: Consumer = {
  name: 'Homepage',
  path: '/v1/count',
  shown(answer) {
    const document = json(v.looseObject({ value: v.unknown(), asOf: v.string() }), answer)
    assert.equal('error' in document, false)
    assert.ok(Number.isFinite(Date.parse(document.asOf)))
    return String(Number.parseInt(String(document.value), 10))
  },
}

// MMM-JsonTable: an array of flat objects under `arrayName`.
const magicMirror: Consumer = {
  name: 'MagicMirror',
  path: '/v1/counts',
  shown(answer, of = visitorsTotal) {
    const Cell = v.union([v.string(), v.number(), v.boolean()])
    const { counts } = json(v.object({ counts: v.array(v.record(v.string(), Cell)) }), answer)
    for (const { label, asOf } of counts) assert.ok(label !== undefined && asOf !== undefined)
    const row = counts.find(({ metric, period }) => metric === of.metric && period === of.period)
    return String(row?.['value'])
  },
}

/** Where a consumer has fewer digits than a number, it shows the most that it can. */
export function showable({ name }: Consumer, value: number): number {
  if (name === 'Smiirl with 5 digits') return Math.min(value, 99_999)
  return name === 'Smiirl with 7 digits' ? Math.min(value, 9_999_999) : value
}

export const consumers: readonly Consumer[] = [
  ...[smiirl(5, 99_999), smiirl(7, 9_999_999), lametric, awtrix3, awtrixNg, shields],
  ...[image('led'), image('flat'), prometheus, homeAssistant, homepage, magicMirror],
]

// Grafana Infinity: a bare array, with a time column and a number.
export function grafanaRows(answer: Answered): readonly { time: string; value: number }[] {
  const rows = json(v.array(v.object({ time: v.string(), value: Count })), answer)
  for (const { time } of rows) assert.ok(Number.isFinite(Date.parse(time)), time)
  return rows
}

// Uptime Kuma, JSON query `status` == "ok": the result must be a primitive.
export function uptimeKumaIsUp({ status, body }: Answered): boolean {
  const document = v.parse(v.looseObject({ status: v.string() }), JSON.parse(body))
  return status >= 200 && status < 300 && document.status === 'ok'
}
