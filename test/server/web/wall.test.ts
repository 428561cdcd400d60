import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { Events } from '../../../server/http/events.ts'
import type { SiteState } from '../../../server/readings/poller.ts'
import { countSegments, facePaths } from '../../../server/web/face-paths.ts'
import { count, known, startApp } from '../../support/app.ts'
import { openPage, startBrowser } from '../../support/browser.ts'
import { until } from '../../support/until.ts'

const lit = (value: number, points = false) => facePaths(countSegments(value, points)).lit
const litIn = (page: Page) => page.locator('#face .lit').getAttribute('d')
const shows = (page: Page, value: number, points = false) =>
  until(`${value}`, async () => (await litIn(page)) === lit(value, points), 30)

const startMs = Date.now()
const today = new Date(startMs).toISOString().slice(0, 10)
const days = Object.fromEntries(
  Array.from({ length: 731 }, (_, index) => {
    const day = new Date(startMs - (index + 1) * 86_400_000).toISOString().slice(0, 10)
    return [day, { visitors: 10 + (index % 7), views: 20 }]
  }),
)

/** A site whose last two years are known, as it is read now. */
function siteOf(site: string, total: number, nowMs: number): SiteState {
  const asOf = new Date(nowMs).toISOString()
  const counts = [
    count('visitors', 'total', total),
    count('visitors', 'today', 7),
    count('visitors', 'online', 3),
    count('views', 'total', 2 * total),
  ].map((each) => ({ ...each, site, asOf }))
  const ledger = known.ledger && { ...known.ledger, zone: 'UTC', openFrom: today, days }
  const open = [{ day: today, visitors: 7, views: 8 }]
  const last = { ...known, site, timezone: 'UTC', counts, open, ledger }
  return { name: undefined, last, failure: undefined }
}

/** A bridge whose totals a test sets. */
async function startSites(t: TestContext, names: readonly string[]) {
  const totals = new Map(names.map((name, index) => [name, 1000 * (index + 1)]))
  const failures = new Map<string, Pick<SiteState, 'failure' | 'failureKind'>>()
  const events = new Events(100)
  events.start()
  const sites = () =>
    [...totals].map(([name, total]) => ({
      ...siteOf(name, total, Date.now()),
      ...failures.get(name),
    }))
  const app = await startApp(t, { sites, events, now: Date.now })
  return {
    ...app,
    failures,
    set(name: string, total: number) {
      totals.set(name, total)
      events.update(name)
    },
  }
}

async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    [],
  )
}

test('the page on a wall, in a browser', async (t) => {
  const browser = await startBrowser()
  t.after(() => browser.close())
  const bridge = await startSites(t, ['blog.example.com', 'shop.example.com'])

  await t.test('numbers take turns on a kiosk, each with its name', async () => {
    const show = 'visitors.total,visitors.today,visitors.total@shop.example.com'
    const address = `${bridge.url}/?kiosk&points&dwell=1s&show=${show}`
    const { page, errors } = await openPage(browser, address, { locale: 'de' })
    const seen = new Set<string>()
    const turns: [value: number, words: string][] = [
      [1000, 'Besucher insgesamt blog.example.com'],
      [7, 'Besucher heute blog.example.com'],
      [2000, 'Besucher insgesamt shop.example.com'],
    ]
    await until(
      'each turn',
      async () => {
        const label = await page.locator('#label').textContent()
        const site = await page.locator('#site').textContent()
        const turn = turns.find(([, words]) => words === `${label} ${site}`)
        if (turn !== undefined && (await litIn(page)) === lit(turn[0], true)) seen.add(turn[1])
        return seen.size === turns.length
      },
      30,
    )
    bridge.set('shop.example.com', 2345)
    await shows(page, 2345, true)
    assert.equal(await page.evaluate(`getComputedStyle(document.body).cursor`), 'none')
    await assertAccessible(page)
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  await t.test('it is dark at night, in the zone of who looks', async () => {
    const zones: [timezoneId: string, isDark: boolean][] = [
      ['Asia/Tokyo', true],
      ['Europe/Berlin', false],
    ]
    for (const [timezoneId, isDark] of zones) {
      const { page } = await openPage(browser, 'about:blank', { timezoneId })
      // In Tokyo 23:30, in Berlin 15:30.
      await page.clock.install({ time: new Date('2026-11-12T14:30:00Z') })
      await page.goto(`${bridge.url}/?kiosk&dim=22:00-07:00`)
      await page.locator(isDark ? 'body.dimmed' : 'body:not(.dimmed)').waitFor()
      if (isDark) {
        await page.clock.fastForward(8 * 3_600_000)
        await page.locator('body:not(.dimmed)').waitFor()
      }
      await page.context().close()
    }
  })

  await t.test('an old number says so in words', async () => {
    const { page } = await openPage(browser, `${bridge.url}/?kiosk`)
    bridge.failures.set('blog.example.com', { failure: 'no', failureKind: 'away' })
    await page.getByText('The database has not answered since').waitFor()
    await page.locator('body.is-old').waitFor()
    await assertAccessible(page)
    bridge.failures.clear()
    await page.locator('body:not(.is-old)').waitFor()
    await until('no words', async () => (await page.locator('#state').textContent()) === '')
    await page.context().close()
  })

  await t.test('the screen is kept on', async () => {
    const { page } = await openPage(browser, 'about:blank')
    await page.addInitScript(`
      window.locks = 0
      Object.defineProperty(navigator, 'wakeLock', { value: {
        request: async (type) => { if (type === 'screen') window.locks += 1 } } })`)
    await page.goto(`${bridge.url}/?kiosk`)
    await until('the lock', async () => (await page.evaluate('window.locks')) === 1)
    await page.goto(`${bridge.url}/`)
    assert.equal(await page.evaluate('window.locks'), 0, 'of a kiosk only')
    await page.context().close()
  })

  await t.test('memory is flat over 10,000 changes', async (t) => {
    const { page } = await openPage(browser, `${bridge.url}/?kiosk`, { reducedMotion: 'reduce' })
    const session = await page.context().newCDPSession(page)
    const measure = async () => {
      await session.send('HeapProfiler.collectGarbage')
      const { metrics } = await session.send('Performance.getMetrics')
      const of = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0
      return {
        heapBytes: of('JSHeapUsedSize'),
        nodes: of('Nodes'),
        listeners: of('JSEventListeners'),
      }
    }
    await session.send('Performance.enable')
    let total = 10_000
    const change = async (times: number) => {
      for (let round = 0; round < times / 100; round += 1) {
        for (let step = 0; step < 100; step += 1) bridge.set('blog.example.com', ++total)
        await shows(page, total)
      }
    }
    await change(1000)
    const before = await measure()
    await change(10_000)
    const after = await measure()
    const grown = after.heapBytes - before.heapBytes
    t.diagnostic(`${before.heapBytes} to ${after.heapBytes} bytes, ${after.nodes} nodes`)
    assert.ok(grown < 300_000, `the heap has grown by ${grown} bytes`)
    assert.ok(after.nodes <= before.nodes + 20, `${before.nodes} nodes, then ${after.nodes}`)
    assert.equal(after.listeners, before.listeners)
    bridge.set('blog.example.com', 1000)
    await page.context().close()
  })

  await t.test('a face for each site, and which one is down', async () => {
    bridge.failures.set('shop.example.com', { failure: 'no', failureKind: 'refused' })
    const { page } = await openPage(browser, `${bridge.url}/?all`)
    await page.getByRole('link', { name: /blog\.example\.com/ }).waitFor()
    const shop = page.getByRole('link', { name: /shop\.example\.com.*2,345.*cannot be read/s })
    await shop.waitFor()
    await assertAccessible(page)
    await shop.click()
    await page.waitForURL(/site=shop/)
    assert.equal(await page.locator('#site-choice').inputValue(), 'shop.example.com')
    bridge.failures.clear()
    await page.locator('#site-choice').selectOption('blog.example.com')
    await page.waitForURL(/site=blog/)
    await shows(page, 1000)
    assert.equal(await page.getByRole('button').count(), 0)
    await page.context().close()
  })

  await t.test('the chart has other ranges, and tells its days by keys and by touch', async () => {
    const { page, requests, errors } = await openPage(browser, `${bridge.url}/`, { hasTouch: true })
    await page.locator('#chart canvas').waitFor()
    assert.equal(await page.locator('#table tr').count(), 30)
    const tip = page.locator('#tip')
    await page.locator('#chart').focus()
    await page.keyboard.press('End')
    await tip.getByText(/: 7 \(so far\) · \d+ in the period before/).waitFor()
    await page.keyboard.press('ArrowLeft')
    await tip.getByText(/: 10 · \d+ in the period before/).waitFor()
    for (let step = 0; step < 40; step += 1) await page.keyboard.press('ArrowLeft')
    const first = await page.locator('#table th').first().textContent()
    assert.match((await tip.textContent()) ?? '', new RegExp(`^${first}: `))
    await page.keyboard.press('Escape')
    await tip.waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: '365 days' }).click()
    await until('a year', async () => (await page.locator('#table tr').count()) === 365)
    assert.match(page.url(), /days=365/)
    assert.ok(requests.some((url) => url.includes('days=730')))
    await page.getByRole('link', { name: '7 days', exact: true }).nth(-1).click()
    await until('a week', async () => (await page.locator('#table tr').count()) === 7)
    const box = await page.locator('#chart .u-over').boundingBox()
    assert.ok(box !== null)
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
    await tip.getByText(/^\w+, \w+ \d+: 1\d · 1\d in the period before$/).waitFor()
    // What was tapped stays, whatever a mouse beside it does (a browser also says so after a change of the layout).
    await page.mouse.move(1, 1)
    await page.evaluate('new Promise(requestAnimationFrame)')
    assert.ok(await tip.isVisible())
    // 1,000 was passed today: the total is 1,000, 7 of them of today.
    await page.locator('#chart').focus()
    await page.keyboard.press('End')
    await tip.getByText('1,000 in total reached').waitFor()
    await page.reload()
    assert.equal(await page.locator('#table tr').count(), 7, 'the address remembers it')
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  await t.test('what the face shows is a choice', async () => {
    const { page } = await openPage(browser, `${bridge.url}/?color=green`)
    await page.getByRole('link', { name: /Today/ }).first().click()
    await page.waitForURL(/show=visitors\.today/)
    await shows(page, 7)
    assert.match(page.url(), /color=green/)
    const chosen = page.locator('.counts [aria-current]')
    assert.match((await chosen.textContent()) ?? '', /Today/)
    await page.getByRole('link', { name: '3 online now' }).click()
    await shows(page, 3)
    await page.context().close()
  })
})
