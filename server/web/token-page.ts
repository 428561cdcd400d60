import { hash } from 'node:crypto'
import type { Context, HonoRequest } from 'hono'
import { html, raw } from 'hono/html'
import type { AccessSettings, HttpEnv } from '../http/access.ts'
import { parseTarget } from '../http/middleware/base-path.ts'
import { textFor } from './locale.ts'

/** What the page has in itself, because nothing else may be loaded without the token. */
const style = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0;padding:1rem;background:Canvas;color:CanvasText}
main{max-width:24rem;margin:15vh auto 0}h1{font-size:1.5rem;margin:0 0 .5rem}
label{display:block;font-weight:600}
input,button{box-sizing:border-box;font:inherit;padding:.5rem .75rem;margin:.25rem 0}
input{width:100%}`
const script = `document.querySelector('form').addEventListener('submit',(event)=>{
event.preventDefault()
const token=document.querySelector('input').value.trim()
if(token!=='')location.assign(document.body.dataset.base+'t/'+encodeURIComponent(token)+'/')})`

const sourceHash = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    `script-src ${sourceHash(script)}`,
    `style-src ${sourceHash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  Vary: 'Accept, Accept-Language',
}

/** Whether somebody looks at a browser, who can be asked for the token. */
export function wantsPage(request: HonoRequest): boolean {
  return /(^|,)\s*text\/html\s*(;|,|$)/i.test(request.header('Accept') ?? '')
}

/**
 * A form for the token, which leads to the page with the token in its path. Nothing is stored, neither here
 * nor in the browser.
 */
export function tokenPage(c: Context<HttpEnv>, access: AccessSettings) {
  const { route, shown } = parseTarget(c.req.raw, access)
  const { words, language } = textFor(c.req.header('Accept-Language'), c.req.query('lang'))
  const { title, wanted, wrong, label, open } = words.token
  // The path may have been moved by a proxy, so the way to the root goes up from here.
  const depth = route.split('/').length - 2 + (shown === undefined ? 0 : 2)
  const [last = ''] = /[^/]*$/.exec(new URL(c.req.url).pathname) ?? []
  const base = depth < 0 ? `./${last}/` : depth === 0 ? './' : '../'.repeat(depth)
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body data-base="${base}">
<main>
<h1>${title}</h1>
<p>${wanted}</p>
${shown === undefined ? '' : html`<p role="alert"><strong>${wrong}</strong></p>`}
<form>
<label for="token">${label}</label>
<input id="token" type="password" autocomplete="off" required>
<button>${open}</button>
</form>
<noscript><p><code>/t/&lt;token&gt;/</code></p></noscript>
</main>
<script>${raw(script)}</script>
</body>
</html>
`
  return { document, headers }
}
