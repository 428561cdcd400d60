import * as v from 'valibot'
import { metrics, periods } from '../../../reading.ts'
import { pushEntries } from '../../formats/awtrix.ts'
import type { CountQuery } from '../../readings/choose-count.ts'

/** A clock with AWTRIX 3 or NG, and what of a site its app shows. */
export interface Clock {
  /** Where it is: the prefix of its topics, or its address. */
  readonly at: { readonly prefix: string } | { readonly url: URL }
  readonly query: CountQuery
  /** The name of an icon that is on the clock. */
  readonly icon: string | undefined
}

const Query = v.strictObject({
  metric: v.optional(v.picklist(metrics)),
  period: v.optional(v.picklist(periods)),
  site: v.optional(v.string()),
  icon: pushEntries.icon,
})

/**
 * As `mqtt:awtrix_1a2b3c` or `http://192.168.1.30`; behind it may stand what the routes for AWTRIX take,
 * as `?period=today&icon=87`. Undefined for anything else.
 */
export function parseClock(text: string): Clock | undefined {
  const [place = '', ...rest] = text.split('?')
  const parsed = v.safeParse(Query, Object.fromEntries(new URLSearchParams(rest.join('?'))))
  if (!parsed.success) return undefined
  const { icon, ...query } = parsed.output
  const [, prefix] = /^mqtt:([^\s+#/][^\s+#]*)$/.exec(place) ?? []
  if (prefix !== undefined) return { at: { prefix: prefix.replace(/\/$/, '') }, query, icon }
  if (!/^https?:/.test(place) || !URL.canParse(place)) return undefined
  return { at: { url: new URL(place) }, query, icon }
}

/** A clock for people; what stands before an @ may be a password. */
export function clockName({ at }: Clock): string {
  return 'prefix' in at ? `mqtt:${at.prefix}` : at.url.origin
}
