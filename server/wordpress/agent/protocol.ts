import { type KeyObject, sign } from 'node:crypto'
import * as v from 'valibot'

/** Stands before what is signed, so that a signature is good for nothing else. */
const protocol = 'visitor-counter-agent 1'

/** A statement of the list: its id, its values, and the month of its table where that has one. */
export type Run = readonly [id: string, values: readonly (string | number)[], month?: string]

/** Limits of the agent, which it enforces. */
export const limits = { bodyBytes: 65_536, statements: 64, answerBytes: 4_000_000 } as const

export interface Ask {
  /** Which site is meant. */
  readonly site: string
  /** Seconds since 1970. */
  readonly time: number
  readonly nonce: string
  readonly run: readonly Run[]
}

/**
 * The body of a request: two words in hex in flat JSON, which the OWASP core rules let pass at each of
 * their levels (base64url holds `--` now and then, nested JSON is refused at level 3).
 */
export function requestBody(ask: Ask, key: KeyObject): string {
  const hex = Buffer.from(JSON.stringify(ask)).toString('hex')
  const signature = sign(null, Buffer.from(`${protocol}\n${hex}`), key).toString('hex')
  return JSON.stringify({ ask: hex, sig: signature })
}

const Result = v.object({
  columns: v.array(v.string()),
  rows: v.array(v.array(v.nullable(v.union([v.string(), v.number()])))),
})
export type Result = v.InferOutput<typeof Result>

const Answer = v.object({
  'visitor-counter': v.literal(1),
  nonce: v.string(),
  time: v.pipe(v.number(), v.safeInteger()),
  /** Which list of statements it has; those of version 0.1 do not say. */
  list: v.optional(v.string()),
  error: v.optional(v.picklist(['clock', 'statement', 'request', 'rows', 'sql', 'agent'])),
  /** Which of the statements it is about. */
  at: v.optional(v.number()),
  /** The server's number of the error. */
  code: v.optional(v.number()),
  results: v.optional(v.array(Result)),
  totalMs: v.optional(v.pipe(v.number(), v.minValue(0))),
})
export type Answer = v.InferOutput<typeof Answer>

/**
 * The agent's answer in what came back. It stands on a line of its own: a notice of PHP, or the byte order
 * mark of some plugin's file, may come before it.
 *
 * @returns undefined where there is none, or it answers another request
 */
export function parseAnswer(text: string, nonce: string): Answer | undefined {
  const line = text.split('\n').findLast((each) => each.startsWith('{"visitor-counter":1,'))
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Answer), line)
  return parsed.success && parsed.output.nonce === nonce ? parsed.output : undefined
}
