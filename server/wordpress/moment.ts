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

/**
 * An instant in a timezone, whose changes of the clock are in it.
 *
 * @param epochMs milliseconds since 1970
 * @param timezone IANA name, or an offset such as `+05:30`
 */
export function momentAt(epochMs: number, timezone: string): Moment {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timezone)
  const wallEpoch = Math.floor(epochMs / 1000) + local.offsetNanoseconds / 1e9
  // A network asks this a hundred times a second, and Temporal's own words take twice as long.
  const wall = new Date(wallEpoch * 1000).toISOString()
  return {
    epochMs,
    timezone,
    today: wall.slice(0, 10),
    wallTime: wall.slice(0, 19).replace('T', ' '),
    wallEpoch,
  }
}

/** The day so many days after (or, negative, before) a day `2026-10-15`. */
export function addDays(day: string, days: number): string {
  // Days of the calendar know no zone, and Temporal takes six times as long.
  const midnightMs = Date.parse(`${day}T00:00:00Z`) + days * 86_400_000
  return new Date(midnightMs).toISOString().slice(0, 10)
}

/** The wall time so many seconds before the moment, `2026-10-15 21:25:00`. */
export function wallTimeBefore(moment: Moment, seconds: number): string {
  return momentAt(moment.epochMs - seconds * 1000, moment.timezone).wallTime
}

/** Seconds since 1970 of a day's midnight as if the wall clock were UTC. */
export function epochOfWallDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000
}

/** How far the wall clock is ahead of UTC at the moment. */
export function offsetSeconds({ wallEpoch, epochMs }: Moment): number {
  return wallEpoch - Math.floor(epochMs / 1000)
}

/** The offset of a zone at an instant, as a zone of its own: `+11:00`. */
export function offsetZone(epochMs: number, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timezone).offset
}

/** Seconds since 1970 as a UTC date and time, of the years that a database can hold. */
export function utcTime(seconds: number): string {
  const epoch = Math.min(Math.max(seconds, -62_135_596_800), 253_402_214_400)
  return momentAt(epoch * 1000, 'UTC').wallTime
}

/** The UTC date and time of the first instant of a local day, `2026-10-14 22:00:00`. */
export function utcOfMidnight(day: string, timezone: string): string {
  const start = Temporal.PlainDate.from(day).toZonedDateTime(timezone)
  return momentAt(start.epochMilliseconds, 'UTC').wallTime
}

/** Seconds since 1970 of the first instant of a local day. */
export function epochOfMidnight(day: string, timezone: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(timezone).epochMilliseconds / 1000
}

/** The first instant of a local day, with its offset: `2026-10-15T00:00:00+02:00`. */
export function midnight(day: string, timezone: string): string {
  return Temporal.PlainDate.from(day)
    .toZonedDateTime(timezone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' })
}

/** The UTC offsets that a zone has had. */
interface OffsetSteps {
  /** Oldest first; each held until a UTC date and time, `2026-10-03 16:00:00`. */
  readonly earlier: readonly { readonly until: string; readonly seconds: number }[]
  /** Of now. */
  readonly seconds: number
}

/** No plugin that keeps UTC times is older. */
const firstDay = '2015-01-01'

/** The offsets of the moment's zone from a day until the moment. */
function offsetSteps({ epochMs, timezone }: Moment, from = firstDay): OffsetSteps {
  const start = Temporal.PlainDate.from(from).toZonedDateTime(timezone).epochMilliseconds
  const earlier: { until: string; seconds: number }[] = []
  let local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timezone)
  const { offsetNanoseconds } = local
  for (;;) {
    const change = local.getTimeZoneTransition('previous')
    if (change === null || change.epochMilliseconds <= start) break
    local = change.subtract({ nanoseconds: 1 })
    const until = momentAt(change.epochMilliseconds, 'UTC').wallTime
    earlier.unshift({ until, seconds: local.offsetNanoseconds / 1e9 })
  }
  return { earlier, seconds: offsetNanoseconds / 1e9 }
}

/**
 * Whole local days in which the clock changes at most once. Times in seconds since 1970, offsets in
 * seconds.
 */
export interface Stretch {
  /** Midnight of the first day; long before all times where the days have no beginning. */
  readonly from: number
  /** Midnight after the last day; long after all times for the last stretch. */
  readonly to: number
  /** The change of the clock. */
  readonly change: number
  /** The offset until the change, and from then on. */
  readonly before: number
  readonly after: number
}

/** Before and after every time that a database can hold as seconds. */
const always = { from: -1e11, to: 1e11 }

/**
 * The days from one to another, or all days, cut so that the local day of a time can be told with three
 * numbers: neither database server knows the site's zone.
 */
export function stretches(moment: Moment, from?: string, to?: string): Stretch[] {
  const { earlier, seconds } = offsetSteps(moment, from)
  const first = from === undefined ? always.from : epochOfMidnight(from, moment.timezone)
  const end = to === undefined ? always.to : epochOfMidnight(addDays(to, 1), moment.timezone)
  const oldest = earlier[0]?.seconds ?? seconds
  const cuts = [{ start: first, change: always.from, before: oldest, after: oldest }]
  for (const [index, { until, seconds: before }] of earlier.entries()) {
    const change = Date.parse(`${until.replace(' ', 'T')}Z`) / 1000
    // The day that the change is in has begun with the offset before it.
    const day = momentAt((change + before - 1) * 1000, 'UTC').today
    const after = earlier[index + 1]?.seconds ?? seconds
    cuts.push({ start: Math.max(first, epochOfWallDay(day) - before), change, before, after })
  }
  return cuts
    .map(({ start, ...cut }, index) => ({
      ...cut,
      from: start,
      to: Math.min(end, cuts[index + 1]?.start ?? always.to),
    }))
    .filter((stretch) => stretch.from < stretch.to)
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

/** Whether a name is that of a zone, or an offset such as `+05:30`. */
export function isTimezone(name: string): boolean {
  try {
    momentAt(0, name)
    return true
  } catch {
    return false
  }
}
