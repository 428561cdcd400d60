import { burstStatistics } from './burst-statistics.ts'
import {
  countsPerDay,
  kokoAnalytics,
  postViewsCounters,
  wpPostViews,
  wpsVisitorCounter,
} from './by-day.ts'
import { independentAnalytics, newStatPress, slimstat, statify, visitorsTraffic } from './by-hit.ts'
import {
  mechanicVisitorCounter,
  pageViewsCount,
  top10,
  wordpressPopularPosts,
  wpUserOnlines,
} from './by-post.ts'
import { matomo } from './matomo.ts'
import type { Model } from './model.ts'
import { wpStatistics13, wpStatistics1415, wpStatistics1416 } from './wp-statistics.ts'
import { wpStatisticsLayouts } from './wp-statistics-15.ts'

/** Every plugin, in every layout of its tables and setting that changes what it counts. */
export const models: readonly Model[] = [
  ...wpStatisticsLayouts,
  ...[wpStatistics13, wpStatistics1415, wpStatistics1416, kokoAnalytics, statify, slimstat],
  ...[...burstStatistics, independentAnalytics, ...postViewsCounters, wpPostViews],
  ...[wpsVisitorCounter, newStatPress, visitorsTraffic, ...countsPerDay, matomo],
  ...[wordpressPopularPosts, top10, pageViewsCount, ...wpUserOnlines, mechanicVisitorCounter],
]
