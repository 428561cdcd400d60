import { kokoAnalytics } from './koko-analytics.ts'
import type { Source } from './source.ts'
import { statify } from './statify.ts'
import { wpStatistics } from './wp-statistics.ts'

/** Every plugin we can read; where several are active the first in this list is taken. */
export const sources: readonly Source[] = [wpStatistics, kokoAnalytics, statify]
