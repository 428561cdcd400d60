import { Counter, type Instant } from '../../../device/face/counter.ts'
import { nextBlinkMs, statusSign } from '../../../device/face/status.ts'
import { countSegments, facePaths, marked } from '../face-paths.ts'
import { fill, type Text } from '../text.ts'
import type { PageReading } from './documents.ts'
import { startVoice } from './voice.ts'

export interface PageFace {
  /** Takes a newer reading of the same number; whether it has begun or ended to be old. */
  show(reading: PageReading): boolean
  /** Shows another number. */
  turnTo(reading: PageReading): void
  /** Nobody can tell whether the number still holds. */
  away(): void
}

interface FaceOptions {
  readonly text: Text
  /** Whether thousands are marked. */
  readonly points: boolean
}

/** From one sign of the bridge to the next. */
const intervalMs = 15_000
const rollMs = 800

/** Keeps the digits and the words below them true, by the rules of the device. */
export function startFace(first: PageReading, { text, points }: FaceOptions): PageFace {
  const svg = element('#face')
  const lit = element('#face .lit')
  const dark = element('#face .dark')
  const label = element('#label')
  const site = document.querySelector('#site')
  const freshness = element('#freshness')
  const awayWords = element('#away')
  const voice = startVoice(element('#said'))
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let reading = first
  let receivedMs = performance.now()
  let isAway = false
  let isOld: boolean | undefined
  let timer: number | undefined
  let counter = newCounter()

  function newCounter(): Counter {
    const options = {
      intervalMs,
      get rollMs() {
        return still.matches ? 0 : rollMs
      },
      milestones: { round: false, repdigits: false, list: [] },
    }
    return new Counter(options, undefined, instant())
  }

  const ageSeconds = () => reading.age + (performance.now() - receivedMs) / 1000

  const draw = () => {
    clearTimeout(timer)
    const now = instant()
    const fresh = counter.freshness(now)
    // What blinks on the device stays lit for those who want no motion.
    const sign = statusSign(still.matches ? { ...fresh, ageMs: 0 } : fresh, now.monotonicMs)
    const paths = facePaths(
      marked(countSegments(counter.value(now) ?? reading.value, points), sign),
    )
    if (lit.getAttribute('d') !== paths.lit) {
      svg.setAttribute('viewBox', `0 0 ${paths.width} ${paths.height}`)
      lit.setAttribute('d', paths.lit)
      dark.setAttribute('d', paths.dark)
    }
    const nextMs = counter.nextMs(now) ?? nextBlinkMs(fresh, now.monotonicMs)
    timer = setTimeout(draw, Math.max(0, nextMs - now.monotonicMs))
  }

  /** Whether the number has begun or ended to be old. */
  const write = (): boolean => {
    const before = isOld
    const isSilent = !counter.freshness(instant()).fresh && !reading.stale
    isOld = isAway || reading.stale || isSilent
    document.body.classList.toggle('is-old', isOld)
    awayWords.toggleAttribute('hidden', !isAway && !isSilent)
    const words = text.freshness(ageSeconds(), isOld)
    if (freshness.textContent !== words) freshness.textContent = words
    if (before === undefined || before === isOld) return false
    const values = { label: text.label(reading), count: text.count(reading.value) }
    voice.sayNow(isOld ? words : fill(text.words.upToDate, values))
    return true
  }

  const answer = (stale: boolean): boolean => {
    counter.answer({ value: reading.value, ageSeconds: ageSeconds(), stale }, instant())
    draw()
    return write()
  }

  const take = (next: PageReading) => {
    reading = next
    receivedMs = performance.now()
    isAway = false
    svg.setAttribute('aria-label', text.count(next.value))
  }

  answer(first.stale)
  setInterval(write, 1000)
  still.addEventListener('change', draw)

  return {
    show(next) {
      if (next.value !== reading.value) voice.sayInTime(text.spoken(next))
      take(next)
      return answer(next.stale)
    },
    turnTo(next) {
      const wasAway = isAway
      take(next)
      isAway = wasAway
      counter = newCounter()
      label.textContent = text.label(next)
      if (site !== null) site.textContent = next.site
      answer(wasAway || next.stale)
    },
    away() {
      isAway = true
      answer(true)
    },
  }
}

function instant(): Instant {
  return { monotonicMs: performance.now(), epochMs: Date.now() }
}

/** @throws Error when the page has no such element */
function element(selector: string): Element {
  const found = document.querySelector(selector)
  if (found === null) throw new Error(`the page has no ${selector}`)
  return found
}
