import type { AgedReading } from '../readings/aged-reading.ts'
import type { Earlier } from '../readings/day-samples.ts'
import type { SeriesPoint } from '../readings/series.ts'
import type { SiteStatus } from '../readings/site-status.ts'
import type { PageOptions } from './options.ts'
import type { Text } from './text.ts'

/** One of the sites that the bridge reads. */
export interface PageSite {
  readonly name: string
  /** Of the number that is asked for, where this site has it. */
  readonly reading: AgedReading | undefined
  readonly status: SiteStatus
}

/** What the page shows. */
export interface PageView {
  readonly text: Text
  readonly options: PageOptions
  /** The whole page, only the face for a screen on a wall, or a face for each site. */
  readonly layout: 'full' | 'kiosk' | 'all'
  readonly sites: readonly PageSite[]
  /** The one that is shown; empty while it is not known. */
  readonly site: string
  /** Name of the plugin. */
  readonly source: string
  /** Of the site that is shown. */
  readonly status: SiteStatus
  /** In a sentence, where there is something to say of it. */
  readonly trouble: string | undefined
  /** The large one; undefined while nothing has been read. */
  readonly reading: AgedReading | undefined
  /** Those that take turns on the face, the large one first. */
  readonly turns: readonly AgedReading[]
  readonly counts: readonly AgedReading[]
  /** Of the days that are asked for and of as many before; undefined where the plugin keeps none. */
  readonly days: readonly SeriesPoint[] | undefined
  /** What today's number was at this time of earlier days. */
  readonly earlier: Earlier
  /** The address of the page with another query. */
  readonly link: (changes: Readonly<Record<string, string | undefined>>) => string
}
