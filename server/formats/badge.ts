import type { AgedReading } from '../readings/aged-reading.ts'

/** What a badge says: a text for people, so thousands are marked. */
export function badgeMessage(reading: AgedReading | undefined): string {
  return reading === undefined ? 'unknown' : reading.value.toLocaleString('en-US')
}

/** Grey for a number that the database has not confirmed of late; names are those of shields.io. */
export function badgeColor(reading: AgedReading | undefined): 'blue' | 'lightgrey' | 'red' {
  if (reading === undefined) return 'red'
  return reading.stale ? 'lightgrey' : 'blue'
}
