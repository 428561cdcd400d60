import { burstStatistics } from './burst-statistics.ts'
import { countPerDay } from './count-per-day.ts'
import { independentAnalytics } from './independent-analytics.ts'
import { kokoAnalytics } from './koko-analytics.ts'
import { matomo } from './matomo.ts'
import { mechanicVisitorCounter } from './mechanic-visitor-counter.ts'
import { newStatPress } from './newstatpress.ts'
import { pageViewsCount } from './page-views-count.ts'
import { postViewsCounter } from './post-views-counter.ts'
import { slimstat } from './slimstat.ts'
import type { Source } from './source.ts'
import { statify } from './statify.ts'
import { top10 } from './top-10.ts'
import { visitorsTraffic } from './visitors-traffic.ts'
import { wordpressPopularPosts } from './wordpress-popular-posts.ts'
import { wpPostViews } from './wp-postviews.ts'
import { wpStatistics } from './wp-statistics.ts'
import { wpUserOnline } from './wp-useronline.ts'
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
  mechanicVisitorCounter,
  statify,
  postViewsCounter,
  wordpressPopularPosts,
  top10,
  pageViewsCount,
  wpPostViews,
  wpUserOnline,
]
