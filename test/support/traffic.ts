import { seededDice } from './seeded.ts'
import { dayAfter, midnight, wallAt, type Zone } from './zones.ts'

/** Somebody opens a page. */
export interface Hit {
  /** Seconds since 1970. */
  readonly at: number
  readonly person: number
  readonly page: number
  readonly kind: 'person' | 'crawler' | 'feed'
}

/** A site, its visitors up to now, and dice for what else a plugin writes. */
export interface Traffic {
  readonly zone: Zone
  /** Seconds since 1970. */
  readonly now: number
  readonly today: string
  /** Oldest first; none later than now. */
  readonly hits: readonly Hit[]
  /** A whole number from 0 to below `bound`. */
  dice(bound: number): number
}

const days = 66
/** Days ago whose midnights are edges of a period, and their neighbours. */
const edges = [0, 1, 2, 5, 6, 7, 8, 28, 29, 30, 31]

/** Two months of visits, many of them where a wrong clock would put them on the other side. */
export function makeTraffic(zone: Zone, now: number, seed: number): Traffic {
  const dice = seededDice(seed)
  const { day: today } = wallAt(now, zone)
  const times: number[] = []
  for (let hit = 0; hit < 4 * days; hit += 1) times.push(now - dice(days * 86_400))
  for (const ago of edges) {
    const edge = midnight(dayAfter(today, -ago), zone)
    times.push(edge - 1, edge, edge + 1, edge - dice(4000), edge + dice(4000))
    // Where a day of UTC, or of a zone that is an hour off, begins.
    times.push(edge + zone.offset(edge) - dice(60), edge + dice(7200) - 3600)
  }
  for (let hit = 0; hit < 40; hit += 1) times.push(now - dice(6 * 3600))
  for (let hit = 0; hit < 25; hit += 1) times.push(now - dice(900))
  const hits = times
    .filter((at) => at <= now)
    .sort((a, b) => a - b)
    .map((at): Hit => {
      const kind = dice(12) === 0 ? 'crawler' : dice(15) === 0 ? 'feed' : 'person'
      // Few come often, many once.
      return { at, person: Math.floor(dice(50) ** 2 / 50), page: dice(5), kind }
    })
  return { zone, now, today, hits, dice }
}
