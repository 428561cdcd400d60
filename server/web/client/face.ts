import { Counter, type Instant } from '../../../device/face/counter.ts'
import { nextBlinkMs, statusSign } from '../../../device/face/status.ts'
import { countSegments, facePaths, marked } from '../face-paths.ts'
import { countWords, freshnessWords, type Trouble } from '../words.ts'
import type { PageReading } from './documents.ts'
import { startVoice } from './voice.ts'

export interface PageFace {
  show(reading: PageReading): void
  /** Nobody can tell whether the number still holds. */
  away(): void
}

/** From one sign of the bridge to the next. */
const intervalMs = 15_000
const rollMs = 800

/** Keeps the digits and the words below them true, by the rules of the device. */
export function startFace(first: PageReading): PageFace {
  const svg = element('#face')
  const lit = element('#face .lit')
  const dark = element('#face .dark')
  const freshness = element('#freshness')
  const voice = startVoice(element('#said'))
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const counter = new Counter(
    {
      intervalMs,
      get rollMs() {
        return still.matches ? 0 : rollMs
      },
      milestones: { round: false, repdigits: false, list: [] },
    },
    undefined,
    instant(),
  )
  let reading = first
  let receivedMs = performance.now()
  let isAway = false
  let trouble: Trouble | undefined
  let timer: number | undefined

  const ageSeconds = () => reading.age + (performance.now() - receivedMs) / 1000

  const draw = () => {
    clearTimeout(timer)
    const now = instant()
    const fresh = counter.freshness(now)
    // What blinks on the device stays lit for those who want no motion.
    const sign = statusSign(still.matches ? { ...fresh, ageMs: 0 } : fresh, now.monotonicMs)
    const segments = marked(countSegments(counter.value(now) ?? reading.value), sign)
    const paths = facePaths(segments)
    if (lit.getAttribute('d') !== paths.lit) {
      svg.setAttribute('viewBox', `0 0 ${paths.width} ${paths.height}`)
      lit.setAttribute('d', paths.lit)
      dark.setAttribute('d', paths.dark)
    }
    const nextMs = counter.nextMs(now) ?? nextBlinkMs(fresh, now.monotonicMs)
    timer = setTimeout(draw, Math.max(0, nextMs - now.monotonicMs))
  }

  const write = () => {
    const isOld = !counter.freshness(instant()).fresh
    const before = trouble
    trouble = isAway ? 'bridge' : reading.stale ? 'database' : isOld ? 'bridge' : undefined
    document.body.classList.toggle('is-old', trouble !== undefined)
    const words = freshnessWords(ageSeconds(), trouble)
    if (freshness.textContent !== words) freshness.textContent = words
    if (before !== trouble) {
      voice.sayNow(trouble === undefined ? `Up to date again: ${spoken(reading)}` : words)
    }
  }

  const answer = (stale: boolean) => {
    counter.answer({ value: reading.value, ageSeconds: ageSeconds(), stale }, instant())
    draw()
    write()
  }

  counter.answer({ value: first.value, ageSeconds: first.age, stale: first.stale }, instant())
  trouble = first.stale ? 'database' : undefined
  draw()
  write()
  setInterval(write, 1000)
  still.addEventListener('change', draw)

  return {
    show(next) {
      if (next.value !== reading.value) voice.sayInTime(spoken(next))
      reading = next
      receivedMs = performance.now()
      isAway = false
      svg.setAttribute('aria-label', countWords(next.value))
      answer(next.stale)
    },
    away() {
      isAway = true
      answer(true)
    },
  }
}

function spoken({ label, value }: PageReading): string {
  return `${label}: ${countWords(value)}`
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
