import * as v from 'valibot'

/** What somebody who pushes a document to an AWTRIX says of it: both versions want the same. */
export const pushEntries = {
  icon: v.optional(
    v.pipe(v.string(), v.regex(/^[\w-]{1,32}$/, 'names of icons that are on the device')),
  ),
  /** How often it is pushed. */
  every: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,4}$/, 'a number of seconds from 1 to 99999'),
      v.transform(Number),
    ),
    '60',
  ),
}

/** What of a reading an app shows. */
export interface AppReading {
  readonly value: number
  readonly stale: boolean
}

/** How an app is pushed. */
export interface AppOptions {
  readonly icon?: string | undefined
  /** Seconds from one push to the next. */
  readonly every: number
}

/** After how many missing pushes the number is old. */
export const lifetimePushes = 3

/** Of a number that the database has not confirmed of late. */
export const staleColor = '#808080'

/** Of a progress bar, which is full at 100. */
export const Percent = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))
