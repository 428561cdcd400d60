import type { Text } from '../text.ts'
import { fetchCounts, type PageReading } from './documents.ts'

export interface PageCounts {
  /** Takes the large number, with which others may have changed. */
  show(reading: PageReading): void
}

const everyMs = 15_000
/** However often the large number changes. */
const atMostEveryMs = 5000

/** Keeps the list of counts true. */
export function startCounts(reading: PageReading, text: Text): PageCounts {
  const elements = [...document.querySelectorAll<HTMLDataElement>('[data-count]')]
  if (elements.length === 0) return { show() {} }
  let readMs = performance.now()
  let timer = setTimeout(refresh, everyMs)

  async function refresh() {
    readMs = performance.now()
    clearTimeout(timer)
    timer = setTimeout(refresh, everyMs)
    if (document.hidden) return
    // The words below the face say when the bridge is away.
    const counts = await fetchCounts(reading).catch(() => undefined)
    for (const count of counts ?? []) write(count)
  }

  function write({ metric, period, value }: PageReading) {
    const element = elements.find(({ dataset }) => dataset['count'] === `${metric}.${period}`)
    if (element === undefined || element.value === String(value)) return
    element.value = String(value)
    element.textContent = text.count(value)
  }

  return {
    show(large) {
      write(large)
      clearTimeout(timer)
      timer = setTimeout(refresh, Math.max(0, readMs + atMostEveryMs - performance.now()))
    },
  }
}
