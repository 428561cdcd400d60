import { burstStatistics } from './burst-statistics.ts'
import { countPerDay } from './count-per-day.ts'
import { independentAnalytics } from './independent-analytics.ts'
import { kokoAnalytics } from './koko-analytics.ts'
import { matomo } from './matomo.ts'
import { newStatPress } from './newstatpress.ts'
import { postViewsCounter } from './post-views-counter.ts'
import { slimstat } from './slimstat.ts'
import type { Source } from './source.ts'
import { statify } from './statify.ts'
import { visitorsTraffic } from './visitors-traffic.ts'
import { wpPostViews } from './wp-postviews.ts'
import { wpStatistics } from './wp-statistics.ts'
import { wpsVisitorCounter } from './wps-visitor-counter.ts'

/** Every plugin we can read. Those that count visitors stand before those that do not. */
export const sources: readonly Source[] = [
  wpStatistics,
  kokoAnalytics,
  burstStatistics,
  independentAnalytics,
  slimstat,
  matomo,
  newStatPress,
  wpsVisitorCounter,
  visitorsTraffic,
  countPerDay,
  statify,
  postViewsCounter,
  wpPostViews,
]
