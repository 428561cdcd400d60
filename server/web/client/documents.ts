import * as v from 'valibot'
import { Reading } from '../../../reading.ts'

const Page = v.object({ ...Reading.entries, label: v.string(), age: v.number() })
export type PageReading = v.InferOutput<typeof Page>

/** The reading as the bridge gives it. */
export const PageReading = {
  /** @throws ValiError */
  parse: (text: string): PageReading => v.parse(Page, JSON.parse(text)),
}

/** What the page was made with. */
const Settings = v.object({
  /** Those that take turns on the face; none while nothing has been read. */
  readings: v.array(Page),
  /** Name of the plugin. */
  source: v.string(),
  dwellMs: v.number(),
  /** As `22:00-07:00`. */
  dim: v.optional(v.string()),
  points: v.boolean(),
  days: v.number(),
  refresh: v.picklist(['soon', 'often', 'seldom']),
})
export type Settings = v.InferOutput<typeof Settings>

/** @throws SyntaxError or ValiError */
export function readSettings(): Settings {
  return v.parse(Settings, JSON.parse(document.body.dataset['settings'] ?? ''))
}

const CountsDocument = v.object({ counts: v.array(Page) })
const Days = v.array(v.object({ time: v.string(), value: v.number() }))
export type Day = v.InferOutput<typeof Days>[number]

/** All counts of a site. */
export async function fetchCounts({ site }: PageReading): Promise<PageReading[]> {
  const { counts } = v.parse(
    CountsDocument,
    await fetchJson(`v1/counts?${new URLSearchParams({ site })}`),
  )
  return counts
}

/** The last days of what the reading counts, oldest first. */
export async function fetchDays({ site, metric }: PageReading, days: number): Promise<Day[]> {
  const query = new URLSearchParams({ site, metric, days: String(days) })
  return v.parse(Days, await fetchJson(`v1/series?${query}`))
}

/**
 * The days that the page came with, as JSON.
 *
 * @throws SyntaxError or ValiError
 */
export function parseDays(text: string): Day[] {
  return v.parse(Days, JSON.parse(text))
}

async function fetchJson(path: string): Promise<unknown> {
  // A browser may answer with what it was told a minute ago, and ask behind the page's back.
  const answer = await fetch(path, { cache: 'no-cache' })
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`)
  return answer.json()
}
