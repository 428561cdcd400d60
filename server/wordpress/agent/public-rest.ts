import * as v from 'valibot'

/** Counts that plugins give to everybody over WordPress's REST. */
interface PublicCount {
  readonly plugin: string
  /** Path and query below the address of the site. */
  readonly path: string
  readonly answer: v.GenericSchema
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** From the source of Koko Analytics 2, where its dashboard is public, and of WP-UserOnline 2. */
const publicCounts: readonly PublicCount[] = [
  {
    plugin: 'Koko Analytics (visitors in total)',
    path: 'wp-json/koko-analytics/v1/totals?start_date=2000-01-01',
    answer: v.object({ visitors: count, pageviews: count }),
  },
  {
    plugin: 'WP-UserOnline (visitors online)',
    path: 'wp-json/useronline/v1/count',
    answer: v.object({ online: count }),
  },
]

const answerMs = 5000

/** What a site tells without the agent: a name, and the address for `--count-url`. */
export async function findPublicCounts(
  url: URL,
  ask: typeof fetch,
): Promise<{ readonly plugin: string; readonly address: string }[]> {
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`
  const found = await Promise.all(
    publicCounts.map(async ({ plugin, path, answer }) => {
      const address = base + path
      const response = await ask(address, { signal: AbortSignal.timeout(answerMs) }).catch(
        () => undefined,
      )
      const document: unknown =
        response?.ok === true ? await response.json().catch(() => undefined) : undefined
      return v.is(answer, document) ? [{ plugin, address }] : []
    }),
  )
  return found.flat()
}
