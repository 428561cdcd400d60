import { countWords } from '../words.ts'
import { fetchCounts, type PageReading } from './documents.ts'

export interface PageCounts {
  /** The large number has changed, and others may have with it. */
  refresh(): void
}

const everyMs = 15_000
/** However often the large number changes. */
const atMostEveryMs = 5000

/** Keeps the list of counts true. */
export function startCounts(reading: PageReading): PageCounts {
  const elements = [...document.querySelectorAll<HTMLDataElement>('[data-count]')]
  if (elements.length === 0) return { refresh() {} }
  let readMs = performance.now()
  let timer = setTimeout(refresh, everyMs)

  async function refresh() {
    readMs = performance.now()
    clearTimeout(timer)
    timer = setTimeout(refresh, everyMs)
    if (document.hidden) return
    // The words below the face say when the bridge is away.
    const counts = await fetchCounts(reading).catch(() => undefined)
    for (const { metric, period, value } of counts ?? []) {
      const element = elements.find(({ dataset }) => dataset['count'] === `${metric}.${period}`)
      if (element === undefined || element.value === String(value)) continue
      element.value = String(value)
      element.textContent = countWords(value)
    }
  }

  return {
    refresh() {
      clearTimeout(timer)
      timer = setTimeout(refresh, Math.max(0, readMs + atMostEveryMs - performance.now()))
    },
  }
}
