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
 * AWTRIX 3, a custom app to be posted to `/api/custom?name=visitors` (Blueforcer/awtrix3, docs/api.md).
 * When nothing comes any more, the device frames the number in red.
 */
export const awtrix3 = format({
  path: '/awtrix3',
  summary: 'AWTRIX 3, a custom app',
  contentType: 'application/json',
  query: v.object(pushEntries),
  document: v.strictObject({
    // A notification silently shows nothing for a number: Blueforcer/awtrix3#618.
    text: v.string(),
    icon: v.exactOptional(v.string()),
    color: v.exactOptional(v.string()),
    progress: Percent,
    /** Seconds. */
    lifetime: v.pipe(v.number(), v.integer(), v.minValue(1)),
    lifetimeMode: v.literal(1),
  }),
  render(view, push) {
    return { document: { ...awtrix3App(view.reading, push), lifetimeMode: 1 } }
  },
})

/** The app without what becomes of it when nothing comes any more: 0 deletes it, 1 frames it in red. */
export function awtrix3App({ value, stale }: AppReading, { icon, every }: AppOptions) {
  return {
    text: String(value),
    ...(icon !== undefined && { icon }),
    ...(stale && { color: staleColor }),
    progress: milestonePercent(value),
    lifetime: lifetimePushes * every,
  }
}
