/**
 * A number for the page of another site:
 * `<script src="https://…/embed.js" data-count="visitors.total" data-site="…"></script>`. It stands where the
 * script does, changes by itself, and is known as `.visitor-counter` to a style sheet.
 */
const script = document.currentScript
if (script instanceof HTMLScriptElement && script.parentElement !== null) start(script)

function start(script: HTMLScriptElement): void {
  const { count = 'visitors.total', site } = script.dataset
  const [metric = '', period = ''] = count.split('.')
  const query = new URLSearchParams({ metric, period, ...(site !== undefined && { site }) })
  const address = new URL(`v1/events?${query}`, script.src)
  const output = document.createElement('span')
  output.className = 'visitor-counter'
  output.textContent = '–'
  script.after(output)

  const format = numberFormat(document.documentElement.lang)
  let stream: EventSource | undefined
  let silence = 0
  let waitMs = 1000

  const take = ({ data }: MessageEvent) => {
    const { value, stale, label } = JSON.parse(data)
    waitMs = 1000
    listen()
    output.textContent = format.format(value)
    output.title = label
    output.classList.toggle('is-old', stale)
  }
  /** The bridge says something every 15 s; a stream that is silent for longer is dead. */
  const listen = () => {
    clearTimeout(silence)
    silence = setTimeout(open, 40_000)
  }
  const open = () => {
    stream?.close()
    const current = new EventSource(address)
    stream = current
    listen()
    current.addEventListener('count', take)
    current.addEventListener('beat', take)
    // A browser gives up for good when a proxy answers 502, as it does while the bridge starts again.
    current.addEventListener('error', () => {
      output.classList.add('is-old')
      if (current.readyState !== EventSource.CLOSED || current !== stream) return
      clearTimeout(silence)
      silence = setTimeout(open, waitMs * (1 + Math.random()))
      waitMs = Math.min(60_000, 2 * waitMs)
    })
  }
  open()
}

/** In the language of the page; a wrong one is the reader's. */
function numberFormat(language: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(language === '' ? undefined : language)
  } catch {
    return new Intl.NumberFormat()
  }
}
