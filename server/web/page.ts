import { html } from 'hono/html'
import { chartSection } from './sections/chart.ts'
import { countsSection, todaySection } from './sections/counts.ts'
import { faceSection } from './sections/face.ts'
import { data, type Html } from './sections/html.ts'
import { overviewSection, siteChooser } from './sections/sites.ts'
import type { PageView } from './view.ts'

/** Addresses of what the page loads, relative to it. */
export interface PageAssets {
  readonly script: string
  readonly style: string
  readonly icon: string
  readonly touchIcon: string
  readonly manifest: string
  /** Absolute, as those who fetch it for a preview want it. */
  readonly preview: string
}

/** The page as it is right now; its script keeps it so. */
export function pageDocument(view: PageView, assets: PageAssets): Html {
  const { text, reading, site, layout, options } = view
  const { color, dwellMs, dim, points } = options
  const title =
    layout === 'all'
      ? text.words.allSites
      : reading === undefined
        ? text.words.counter
        : `${text.label(reading)} · ${site}`
  const settings = {
    readings: view.turns,
    source: view.source,
    dwellMs,
    dim,
    points,
    days: options.days,
    refresh: reading === undefined ? 'soon' : layout === 'all' ? 'often' : 'seldom',
  }
  return html`<!doctype html>
<html lang="${text.language}" data-locale="${text.locale}" data-color="${color}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${assets.touchIcon}">
<link rel="manifest" href="${assets.manifest}">
<meta property="og:title" content="${title}">
<meta property="og:type" content="website">
<meta property="og:image" content="${assets.preview}">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta name="twitter:card" content="summary_large_image">
<link rel="stylesheet" href="${assets.style}">
<script type="module" src="${assets.script}"></script>
<noscript><meta http-equiv="refresh" content="60"></noscript>
</head>
<body class="${layout}${reading?.stale === true ? ' is-old' : ''}"${data('settings', settings)}>
${body(view)}
</body>
</html>
`
}

function body(view: PageView): Html {
  if (view.layout === 'all') {
    return html`<header>${siteChooser(view)}</header>
<main>${overviewSection(view)}</main>`
  }
  if (view.layout === 'kiosk') {
    return html`<main>${faceSection(view)}
<p id="said" class="unseen" role="status"></p></main>`
  }
  return html`<header>${siteChooser(view)}</header>
<main>
<div class="first">${faceSection(view)}${todaySection(view)}${countsSection(view)}</div>
<div class="second">${chartSection(view)}</div>
<p id="said" class="unseen" role="status"></p>
</main>`
}
