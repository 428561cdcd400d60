import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startDemoBridge } from '../../support/bridge.ts'
import { openPage, startBrowser } from '../../support/browser.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { freePort } from '../../support/mariadb.ts'
import { endProgram, findProgram } from '../../support/program.ts'
import { listen } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

// This file runs from build/test/server/web/.
const root = join(import.meta.dirname, '..', '..', '..', '..')

/** nginx with the file of `deploy/proxy`, in front of a bridge at a port. */
async function startNginx(
  t: TestContext,
  bridgePort: number,
): Promise<{ url: string; errors(): Promise<string> }> {
  const folder = await temporaryFolder(t)
  const port = await freePort()
  const location = await readFile(join(root, 'deploy/proxy/nginx.conf'), 'utf8')
  const config = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      server { listen 127.0.0.1:${port}; ${location.replaceAll(':8787', `:${bridgePort}`)} }
    }`
  await writeFile(join(folder, 'nginx.conf'), config)
  const nginx = spawn(findProgram('nginx'), ['-p', folder, '-c', join(folder, 'nginx.conf')])
  t.after(() => endProgram(nginx, 'SIGTERM'))
  const url = `http://127.0.0.1:${port}`
  await until('nginx', () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  )
  return { url, errors: () => readFile(join(folder, 'error.log'), 'utf8') }
}

/** The page of somebody else, which has our script in it. */
async function startBlog(t: TestContext, html: string): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(html)
  })
  const port = await listen(server)
  t.after(() => server.close())
  // Another origin than 127.0.0.1.
  return `http://localhost:${port}/`
}

test('the script for other pages is small', async () => {
  const script = await readFile(join(root, 'dist/web/embed.js'))
  assert.ok(script.length < 3000, `${script.length} bytes`)
  assert.ok(gzipSync(script).length < 1000)
})

test('a number on the page of another origin, behind nginx, outlives a restart', async (t) => {
  const port = await freePort()
  const access = { token: undefined, basePath: '/counter', cors: ['*'], trustedProxies: [] }
  const bridge = await startDemoBridge(t, { port, access, pollMs: 1000 })
  const nginx = await startNginx(t, port)
  const documents = await readFile(join(root, 'docs/dashboards.md'), 'utf8')
  const [, snippet = ''] = /As text of your own.*?```html\n(.*?)```/s.exec(documents) ?? []
  assert.match(snippet, /new EventSource/)
  const blog = await startBlog(
    t,
    `<!doctype html><html lang="de"><title>Blog</title>
    <p id="first">Wir hatten <script src="${nginx.url}/counter/embed.js"></script> Besucher.</p>
    <p id="second"><script src="${nginx.url}/counter/embed.js" data-count="visitors.today"></script></p>
    ${snippet.replaceAll('http://bridge:8787', `${nginx.url}/counter`)}`,
  )
  const browser = await startBrowser()
  t.after(() => browser.close())
  const { page } = await openPage(browser, blog)
  const numbers = async () =>
    (await page.locator('.visitor-counter, #visitors').allTextContents()).map((text) =>
      Number(text.replace(/\D/g, '') || Number.NaN),
    )
  const shown = async () => {
    const values = await bridge.values()
    const [total, today, own] = await numbers()
    return total === values['visitors.total'] && today === values['visitors.today'] && own === total
  }
  await until('the numbers', shown, 30)
  assert.match(
    (await page.locator('#first').textContent()) ?? '',
    /^Wir hatten \d+\.\d{3} Besucher\.$/,
  )
  const globals = await page.evaluate<string[]>(
    `{ const frame = document.createElement('iframe'); document.body.append(frame)
       Object.keys(window).filter((name) => !(name in frame.contentWindow)) }`,
  )
  assert.deepEqual(
    globals.filter((name) => !/^\d+$|^(first|second|visitors)$|listen$/.test(name)),
    [],
  )

  assert.equal(await page.evaluate('document.cookie'), '')

  let refused = 0
  // A 502 has no header for scripts of another origin, so a browser takes it for a failure of the network.
  page.on('requestfailed', (request) => {
    if (request.url().includes('/v1/events')) refused += 1
  })
  await bridge.stop()
  await page.locator('#first .is-old').waitFor()
  assert.equal((await fetch(`${nginx.url}/counter/t/s3cret/count`)).status, 502)
  assert.doesNotMatch(await nginx.errors(), /s3cret/)
  // Each stream has met the 502 that ends an EventSource for good.
  await until('three refusals', () => refused >= 3, 30)
  const again = await startDemoBridge(t, { port, access, pollMs: 1000 })
  await page.locator('#first span:not(.is-old)').waitFor({ timeout: 60_000 })
  const values = await again.values()
  await until(
    'the new numbers',
    async () => {
      const [total, , own] = await numbers()
      return total === values['visitors.total'] && own === total
    },
    60,
  )
})

test('the form of a browser without the token leads to the page', async (t) => {
  const token = 'a/token of the test'
  const access = { token, basePath: '/counter', cors: ['*'], trustedProxies: [] }
  const bridge = await startDemoBridge(t, { access })
  const browser = await startBrowser()
  t.after(() => browser.close())
  const { page } = await openPage(browser, `${bridge.url}/v1/count`)
  await page.locator('#token').fill('wr0ng')
  await page.keyboard.press('Enter')
  await page.getByText('That is not the token of this counter.').waitFor()
  await page.locator('#token').fill(token)
  await page.getByRole('button', { name: 'Open' }).click()
  await page.locator('#face').waitFor()
  assert.equal(page.url(), `${bridge.url}/t/${encodeURIComponent(token)}/`)
  const stored = await page.evaluate(
    '[document.cookie, localStorage.length, sessionStorage.length]',
  )
  assert.deepEqual(stored, ['', 0, 0])
  await page.context().close()
})
