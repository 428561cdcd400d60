import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** Debian's Chromium, without a screen. The caller closes it. */
export function startBrowser(): Promise<Browser> {
  const executablePath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('chromium is not installed; run npm run setup')
  const args = ['--disable-gpu', '--disable-dev-shm-usage']
  return chromium.launch({ executablePath, args, timeout: 60_000 })
}

export interface OpenPage {
  readonly page: Page
  /** What a developer would see in red. */
  readonly errors: readonly string[]
  /** All that has been asked for. */
  readonly requests: readonly string[]
}

/** A page in a profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const errors: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(url)
  return { page, errors, requests }
}
