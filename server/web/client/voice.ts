export interface Voice {
  /** News that cannot wait. */
  sayNow(words: string): void
  /** What may change every second: the newest words, now and then. */
  sayInTime(words: string): void
}

/** Somebody who listens to the page wants to do something else as well. */
const everyMs = 60_000

/** @param status a live region, which screen readers read out politely when it changes */
export function startVoice(status: Element): Voice {
  let saidMs = Number.NEGATIVE_INFINITY
  let next: string | undefined
  const say = (words: string) => {
    status.textContent = words
    saidMs = performance.now()
    next = undefined
  }
  return {
    sayNow: say,
    sayInTime(words) {
      const isWaiting = next !== undefined
      next = words
      if (isWaiting) return
      const waitMs = Math.max(0, saidMs + everyMs - performance.now())
      setTimeout(() => {
        if (next !== undefined) say(next)
      }, waitMs)
    },
  }
}
