import type { PageReading } from './documents.ts'

const minuteMs = 60_000

export interface Turns {
  /** Takes a newer reading of one of them. */
  heard(reading: PageReading): void
}

/** Shows one reading after the other, each as it was last heard of. */
export function startTurns(
  readings: readonly PageReading[],
  dwellMs: number,
  turnTo: (reading: PageReading) => void,
): Turns {
  const known = readings.map((reading) => ({ reading, heardMs: performance.now() }))
  const dots = document.querySelectorAll('#turns i')
  let turn = 0
  const next = () => {
    if (document.hidden) return
    turn = (turn + 1) % known.length
    for (const [index, dot] of dots.entries()) dot.classList.toggle('on', index === turn)
    const shown = known[turn]
    if (shown === undefined) return
    const since = Math.floor((performance.now() - shown.heardMs) / 1000)
    turnTo({ ...shown.reading, age: shown.reading.age + since })
  }
  if (known.length > 1) setInterval(next, dwellMs)
  return {
    heard(reading) {
      for (const [index, { reading: before }] of known.entries()) {
        const { metric, period, site } = before
        const isSame =
          metric === reading.metric && period === reading.period && site === reading.site
        if (isSame) known[index] = { reading, heardMs: performance.now() }
      }
    },
  }
}

/**
 * Darkens the page for the night.
 *
 * @param dim two times of this machine's clock, `22:00-07:00`
 */
export function startDimming(dim: string): void {
  const [from = '', to = ''] = dim.split('-')
  const look = () => {
    const now = new Date()
    const pad = (part: number) => String(part).padStart(2, '0')
    const time = `${pad(now.getHours())}:${pad(now.getMinutes())}`
    const isNight = from <= to ? time >= from && time < to : time >= from || time < to
    document.body.classList.toggle('dimmed', isNight)
    setTimeout(look, minuteMs - (now.getTime() % minuteMs))
  }
  look()
}

/** Keeps the screen on while the page is seen; where a browser cannot, or may not, it stays as it is. */
export function keepAwake(): void {
  if (!('wakeLock' in navigator)) return
  const ask = () => {
    if (document.hidden) return
    navigator.wakeLock.request('screen').catch(() => undefined)
  }
  // The lock ends when the page is hidden.
  document.addEventListener('visibilitychange', ask)
  ask()
}
