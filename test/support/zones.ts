/**
 * The clock on a site's wall, worked out with `Intl` and plain arithmetic: none of it is the server's
 * own reckoning, so that a test does not repeat its mistakes.
 */
export interface Zone {
  /** IANA name, or the decimal hours of `gmt_offset`. */
  readonly name: string
  /** The WordPress options that say so. */
  readonly options: Readonly<Record<'timezone_string' | 'gmt_offset', string>>
  /** How far the wall clock is ahead of UTC at an instant, in seconds. */
  offset(epoch: number): number
}

export interface Wall {
  /** `2026-10-15`. */
  readonly day: string
  /** `2026-10-15 21:30:00`. */
  readonly text: string
  /** Seconds since 1970 as if the wall clock were UTC. */
  readonly epoch: number
}

/** A zone by its name, or by a number of hours as WordPress has it without a name. */
export function zoneOf(name: string): Zone {
  const hours = Number(name)
  if (name !== '' && Number.isFinite(hours)) {
    return {
      name,
      options: { timezone_string: '', gmt_offset: name },
      offset: () => hours * 3600,
    }
  }
  const format = new Intl.DateTimeFormat('en-GB', {
    ...({ timeZone: name, hourCycle: 'h23', year: 'numeric', month: '2-digit' } as const),
    ...({ day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  })
  const ask = (epoch: number) => {
    const part = Object.fromEntries(
      format.formatToParts(epoch * 1000).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day, hour, minute, second } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - epoch
  }
  // Clocks change at a quarter of an hour, and asking takes long. Key: quarters since 1970.
  const known = new Map<number, number>()
  return {
    name,
    // WordPress leaves a 0 in `gmt_offset` when a name is set.
    options: { timezone_string: name, gmt_offset: '0' },
    offset(epoch) {
      const quarter = Math.floor(epoch / 900)
      const offset = known.get(quarter) ?? ask(epoch)
      known.set(quarter, offset)
      return offset
    },
  }
}

/** What the wall shows so many seconds ahead of UTC. */
export function shifted(epoch: number, offset: number): Wall {
  const text = new Date((epoch + offset) * 1000).toISOString().slice(0, 19).replace('T', ' ')
  return { day: text.slice(0, 10), text, epoch: epoch + offset }
}

export function wallAt(epoch: number, zone: Zone): Wall {
  return shifted(epoch, zone.offset(epoch))
}

export function utc(epoch: number): string {
  return shifted(epoch, 0).text
}

export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The first instant of a day in a zone whose clocks do not change at midnight. */
export function midnight(day: string, zone: Zone): number {
  const wall = Date.parse(`${day}T00:00:00Z`) / 1000
  return wall - zone.offset(wall - zone.offset(wall))
}
