/** How often the page is fetched anew, for what changes seldom: sentences, differences, other sites. */
const everyMs = { soon: 3000, often: 15_000, seldom: 60_000 }

/**
 * Puts what the bridge says now in the place of what it said, and begins anew where that would be another
 * page: with the first number, or with another version of the program.
 *
 * @returns does so at once
 */
export function startRefresh(pace: keyof typeof everyMs): () => void {
  let timer = 0
  let isRunning = false
  const look = async () => {
    clearTimeout(timer)
    timer = setTimeout(look, everyMs[pace])
    if (document.hidden || isRunning) return
    isRunning = true
    // The words below the face say when the bridge is away.
    const page = await fetchPage().catch(() => undefined)
    isRunning = false
    if (page !== undefined) take(page, pace)
  }
  timer = setTimeout(look, everyMs[pace])
  document.addEventListener('visibilitychange', look)
  return look
}

async function fetchPage(): Promise<Document> {
  const answer = await fetch(location.href, { cache: 'no-cache' })
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

function take(page: Document, pace: string): void {
  const isOther = programOf(page) !== programOf(document)
  const hasFirst = pace === 'soon' && !page.body.dataset['settings']?.includes('"soon"')
  if (isOther || hasFirst) {
    location.reload()
    return
  }
  for (const element of document.querySelectorAll('[data-live]')) {
    const next = page.getElementById(element.id)
    if (next !== null && next.innerHTML !== element.innerHTML) {
      element.replaceChildren(...next.childNodes)
    }
  }
}

function programOf(page: Document): string | null | undefined {
  return page.querySelector('script')?.getAttribute('src')
}
