import * as v from 'valibot'
import {
  type AppOptions,
  type AppReading,
  lifetimePushes,
  Percent,
  pushEntries,
  staleColor,
} from './awtrix.ts'
import { format } from './format.ts'
import { milestonePercent } from './milestone.ts'

/**
 * AWTRIX NG, an app to be put to `/api/v1/apps/pushed/visitors` (Blueforcer/awtrix-ng,
 * docs/reference/payload.md). It refuses a document with any key that it does not know.
 */
export const awtrixNg = format({
  path: '/awtrix-ng',
  summary: 'AWTRIX NG, a pushed app',
  contentType: 'application/json',
  query: v.object(pushEntries),
  document: v.strictObject({
    text: v.string(),
    icon: v.exactOptional(v.string()),
    textColor: v.exactOptional(v.string()),
    progress: Percent,
    lifetimeMs: v.pipe(v.number(), v.integer(), v.minValue(1)),
    lifetimeExpiry: v.literal('mark'),
  }),
  render(view, push) {
    return { document: { ...awtrixNgApp(view.reading, push), lifetimeExpiry: 'mark' } }
  },
})

/** The app without what becomes of it when nothing comes any more: `remove` or `mark`. */
export function awtrixNgApp({ value, stale }: AppReading, { icon, every }: AppOptions) {
  return {
    text: String(value),
    ...(icon !== undefined && { icon }),
    ...(stale && { textColor: staleColor }),
    progress: milestonePercent(value),
    lifetimeMs: lifetimePushes * every * 1000,
  }
}
