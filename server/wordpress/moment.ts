import { Temporal } from 'temporal-polyfill'

/** One instant as the site's clock on the wall shows it. */
export interface Moment {
  readonly epochMs: number
  /** IANA name, or an offset such as `+05:30`. */
  readonly timezone: string
  /** Site-local day, `2026-10-15`. */
  readonly today: string
  /** Site-local date and time, `2026-10-15 21:30:00`. */
  readonly wallTime: string
  /** Seconds since 1970 as if the wall clock were UTC: how several plugins store a time. */
  readonly wallEpoch: number
}

export function momentAt(epochMs: number, timezone: string): Moment {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timezone)
  const epochSeconds = Math.floor(epochMs / 1000)
  return {
    epochMs,
    timezone,
    today: local.toPlainDate().toString(),
    wallTime: local.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' '),
    wallEpoch: epochSeconds + local.offsetNanoseconds / 1e9,
  }
}

/** The day so many days after (or, negative, before) a day `2026-10-15`. */
export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** The wall time so many seconds before the moment, `2026-10-15 21:25:00`. */
export function wallTimeBefore(moment: Moment, seconds: number): string {
  return momentAt(moment.epochMs - seconds * 1000, moment.timezone).wallTime
}

/**
 * The site's time zone from its options: `timezone_string`, else `gmt_offset` in decimal hours, which
 * is to be ignored when the name is set (WordPress `wp_timezone_string()`).
 */
export function siteTimezone(timezoneString: string, gmtOffset: string): string {
  if (timezoneString !== '' && isTimezone(timezoneString)) return timezoneString
  const minutes = Math.round(Number.parseFloat(gmtOffset) * 60)
  if (!Number.isFinite(minutes) || minutes === 0) return 'UTC'
  const pad = (part: number) => String(part).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

function isTimezone(name: string): boolean {
  try {
    momentAt(0, name)
    return true
  } catch {
    return false
  }
}
