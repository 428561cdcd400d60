import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { countSegments, facePaths, marked } from '../../../server/web/face-paths.ts'
import { startTestBridge } from '../../support/bridge.ts'
import { openPage, startBrowser } from '../../support/browser.ts'
import {
  fixture,
  freePort,
  type Mariadb,
  type MysqlConnection,
  startMariadb,
} from '../../support/mariadb.ts'
import { until } from '../../support/until.ts'

/** What Koko Analytics itself reports for its fixture. */
const total = 193
const pollMs = 2000

/** The digits that are lit. */
const lit = (value: number, sign = false) => facePaths(marked(countSegments(value), sign)).lit

const litIn = (page: Page) => page.locator('#face .lit').getAttribute('d')

async function untilLit(page: Page, value: number, sign = false): Promise<void> {
  await until(`${value} on the page`, async () => (await litIn(page)) === lit(value, sign), 30)
}

/** Keeps the moments at which the digits change, and what the bridge said of each. */
const watchDigits = `
  window.changes = []
  new MutationObserver(() => window.changes.push(Date.now()))
    .observe(document.querySelector('#face .lit'), { attributes: true })`

test('the page, in a browser', async (t) => {
  const [browser, mariadb, { dump }] = await Promise.all([
    startBrowser(),
    startMariadb(t),
    fixture('koko-analytics'),
  ])
  t.after(() => browser.close())
  const connection = await mariadb.create('koko', dump)
  await t.test('shows the number of the plugin and keeps it so', (t) =>
    staysTrue(t, browser, mariadb, connection),
  )
  await t.test('waits for the first number', (t) => waits(t, browser, mariadb, connection))
  await t.test('fits every screen, and breaks no rule of accessibility', (t) =>
    fits(t, browser, connection),
  )
})

async function staysTrue(
  t: TestContext,
  browser: Browser,
  mariadb: Mariadb,
  connection: MysqlConnection,
): Promise<void> {
  const visits = (count: number) =>
    mariadb.execute(
      `INSERT INTO site3_koko_analytics_site_stats VALUES (CURDATE(), ${count}, ${count})
        ON DUPLICATE KEY UPDATE visitors = visitors + ${count}, pageviews = pageviews + ${count}`,
      'koko',
    )
  const port = await freePort()
  const start = () => startTestBridge(t, [{ connection }], { port, pollMs })
  const bridge = await start()
  const { page, errors, requests } = await openPage(browser, bridge.url)
  let shown = total

  await t.test('the number, in digits and in words', async () => {
    assert.equal(await litIn(page), lit(total))
    assert.equal(await page.locator('#face').getAttribute('aria-label'), '193')
    assert.equal(await page.locator('#label').textContent(), 'Visitors in total')
    assert.match(
      (await page.locator('#about').textContent()) ?? '',
      /^Everybody counts once a day, robots do not count. Counted by Koko Analytics. Read (now|\d+ seconds? ago)\.$/,
    )
  })

  const views = Number(await page.locator('[data-count="views.total"]').getAttribute('value'))
  assert.ok(views > total)
  await t.test('a visit changes it within a second of its reading, without reload', async (t) => {
    await page.evaluate(`${watchDigits}; window.isSame = true`)
    await visits(1)
    shown += 1
    await untilLit(page, shown)
    const { asOf } = await bridge.json<{ asOf: string }>('/v1/count')
    const [changedMs] = await page.evaluate<number[]>('window.changes')
    const afterMs = (changedMs ?? Number.NaN) - Date.parse(asOf)
    t.diagnostic(`${afterMs} ms after the reading`)
    assert.ok(afterMs < 1000, `after ${afterMs} ms`)
    assert.equal(await page.evaluate('window.isSame'), true)
    await page.locator('[data-count="visitors.total"]', { hasText: '194' }).waitFor()
    await page.locator('[data-count="views.total"]', { hasText: String(views + 1) }).waitFor()
  })

  await t.test('it is read out once, not at each change', async () => {
    const said = page.locator('#said')
    assert.equal(await said.getAttribute('role'), 'status')
    await said.getByText('Visitors in total: 194').waitFor()
    await visits(1)
    shown += 1
    await untilLit(page, shown)
    assert.equal(await said.textContent(), 'Visitors in total: 194')
  })

  await t.test('digits roll, but jump for those who want no motion', async () => {
    const { page: still } = await openPage(browser, bridge.url, { reducedMotion: 'reduce' })
    for (const each of [page, still]) await each.evaluate(watchDigits)
    await visits(500)
    shown += 500
    for (const each of [page, still]) await untilLit(each, shown)
    const steps = (of: Page) => of.evaluate<number>('window.changes.length')
    assert.ok((await steps(page)) > 5)
    assert.equal(await steps(still), 1)
    await still.context().close()
  })

  await t.test(
    'a count beside the large one is the newest, not what the browser has kept',
    async () => {
      const { page: clocked } = await openPage(browser, bridge.url)
      await clocked.clock.install()
      await clocked.reload()
      const inTheList = clocked.locator('[data-count="views.total"]')
      const shown = async () => Number(await inTheList.getAttribute('value'))
      const before = await shown()
      await mariadb.execute(
        'UPDATE site3_koko_analytics_site_stats SET pageviews = pageviews + 3 WHERE date = CURDATE()',
        'koko',
      )
      const read = async () => (await bridge.values())['views.total'] === before + 3
      await until('the bridge has it', read)
      await until('the page has it', async () => {
        await clocked.clock.runFor(16_000)
        return (await shown()) === before + 3
      })
      await clocked.context().close()
    },
  )

  await t.test('nothing is loaded from elsewhere, and the console has no error', () => {
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(`${bridge.url}/`)),
      [],
    )
    assert.deepEqual(errors, [])
  })

  await t.test('it survives a restart of the bridge, and says so meanwhile', async () => {
    await bridge.stop()
    await untilLit(page, shown, true)
    await page.getByText('The counter does not answer; trying again.').waitFor()
    await page.locator('#said', { hasText: 'An old number' }).waitFor()
    await visits(1)
    shown += 1
    const again = await start()
    await untilLit(page, shown)
    await page.locator('#freshness', { hasText: /^Read (now|\d+ seconds? ago)\.$/ }).waitFor()
    assert.equal(await page.evaluate('window.isSame'), true, 'without reload')
    await again.stop()
    await page.context().close()
  })
}

async function waits(
  t: TestContext,
  browser: Browser,
  mariadb: Mariadb,
  connection: MysqlConnection,
): Promise<void> {
  await mariadb.kill()
  const { url } = await startTestBridge(t, [{ connection }], { pollMs })
  const { page } = await openPage(browser, url)
  assert.equal(await litIn(page), facePaths([1, 1, 1, 1, 1, 1]).lit, 'dashes')
  await page.locator('#label', { hasText: 'No number yet' }).waitFor()
  await mariadb.restart()
  await page.locator('#label', { hasText: 'Visitors in total' }).waitFor({ timeout: 60_000 })
  await page.context().close()
}

/** Those whom the page must fit: a width and a height, and the colours that are asked for. */
const screens: [name: string, path: string, options: BrowserContextOptions][] = [
  ['a phone in light', '', { viewport: { width: 360, height: 740 }, colorScheme: 'light' }],
  ['a desktop in dark', '', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['a wall', '?kiosk', { viewport: { width: 1920, height: 1080 }, colorScheme: 'dark' }],
  ['a phone on a stand', '?kiosk', { viewport: { width: 360, height: 740 } }],
  ['a strip of LED panels', '?kiosk', { viewport: { width: 1200, height: 120 } }],
]

async function fits(t: TestContext, browser: Browser, connection: MysqlConnection): Promise<void> {
  const { url } = await startTestBridge(t, [
    { connection },
    { connection, name: 'another.example.com', tablePrefix: 'site3_' },
  ])
  for (const [name, path, options] of screens) {
    await t.test(name, async () => {
      const { page, errors } = await openPage(browser, `${url}/${path}`, options)
      await page.locator(path === '' ? '#chart canvas' : '#face').waitFor()
      const details = page.locator('summary')
      if (path === '') await details.click()
      await page.mouse.move(0, 0)
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
        [],
      )
      const [width = 0, height = 0, innerWidth = 0, innerHeight = 0] = await page.evaluate<
        number[]
      >(
        `{ const { scrollWidth, scrollHeight } = document.documentElement
           ;[scrollWidth, scrollHeight, innerWidth, innerHeight] }`,
      )
      assert.ok(width <= innerWidth, `${width} px wide in ${innerWidth} px`)
      if (path !== '') {
        assert.ok(height <= innerHeight, `${height} px high in ${innerHeight} px`)
        const face = await page.locator('#face .dark').boundingBox()
        const fill = Math.max((face?.width ?? 0) / innerWidth, (face?.height ?? 0) / innerHeight)
        assert.ok(fill > 0.8, `the digits take ${fill} of the screen`)
      }
      assert.deepEqual(errors, [])
      await page.context().close()
    })
  }

  await t.test('a bar tells its day and its number', async () => {
    const { page } = await openPage(browser, url)
    await page.locator('#chart .u-over').hover()
    await page.locator('#tip', { hasText: /^\w+,? \w+ \d+: [\d,]+/ }).waitFor()
    await page.context().close()
  })

  await t.test('another site can be chosen, and a wrong one is refused', async () => {
    const { page } = await openPage(browser, url)
    await page.locator('#site-choice').selectOption('another.example.com')
    await page.waitForURL(/site=another\.example\.com/)
    assert.equal(await page.locator('#site-choice').inputValue(), 'another.example.com')
    const refused = await page.goto(`${url}/?site=nowhere`)
    assert.equal(refused?.status(), 404)
    await page.context().close()
  })

  await t.test('it works below a path and behind a token', async (t) => {
    const token = 'a-token-of-the-test'
    const access = { token, basePath: '/counter', cors: ['*'], trustedProxies: [] }
    const guarded = await startTestBridge(t, [{ connection }], { access })
    const { page, errors, requests } = await openPage(browser, `${guarded.url}/t/${token}/?kiosk`)
    const stream = `${guarded.url}/t/${token}/v1/events?`
    await until('the stream', () => requests.some((request) => request.startsWith(stream)), 30)
    await page.locator('body:not(.is-old)').waitFor()
    assert.deepEqual(errors, [])
    await page.context().close()
  })
}
