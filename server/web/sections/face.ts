import { html } from 'hono/html'
import { toSegments } from '../../../device/face/font.ts'
import { dashes } from '../../../device/face/number.ts'
import { countSegments, facePaths, leastDigits, marked } from '../face-paths.ts'
import type { PageView } from '../view.ts'
import { type Html, live, nothing } from './html.ts'

/** The large number, and what it is in one sentence. */
export function faceSection(view: PageView): Html {
  const { text, reading, site, source, options, turns, layout, trouble } = view
  const isKiosk = layout === 'kiosk'
  const segments =
    reading === undefined
      ? toSegments(dashes(leastDigits))
      : countSegments(reading.value, options.points)
  const { width, height, lit, dark } = facePaths(marked(segments, reading?.stale === true))
  const { noNumber, counter } = text.words
  const spoken = reading === undefined ? noNumber : text.count(reading.value)
  const caption = reading === undefined ? noNumber : text.label(reading)
  return html`${isKiosk ? html`<h1 class="unseen">${site === '' ? counter : site}</h1>` : ''}
<section class="face" aria-labelledby="label">
<div class="bezel"><svg id="face" viewBox="0 0 ${width} ${height}" role="img" aria-label="${spoken}">
<path class="dark" d="${dark}"/><path class="lit" d="${lit}"/></svg></div>
<div class="caption"><h2 id="label">${caption}</h2>
${isKiosk ? html`<p id="site">${site}</p>${dots(turns.length)}` : nothing}</div>
${
  reading === undefined
    ? nothing
    : html`<p id="about">${text.about(reading, source)} <span id="freshness">${text.freshness(
        reading.age,
        reading.stale,
      )}</span></p>`
}
<p class="trouble"${live('state')}>${trouble ?? ''}</p>
<p class="trouble" id="away" hidden>${text.words.states.bridge}</p>
</section>`
}

/** Which of several has its turn. */
function dots(count: number): Html {
  if (count < 2) return nothing
  const each = Array.from(
    { length: count },
    (_, index) => html`<i${index === 0 ? html` class="on"` : ''}></i>`,
  )
  return html`<p id="turns" aria-hidden="true">${each}</p>`
}

/** A face in the size of a stamp. */
export function smallFace(value: number | undefined, isOld: boolean, spoken: string): Html {
  const segments = value === undefined ? toSegments(dashes(leastDigits)) : countSegments(value)
  const { width, height, lit, dark } = facePaths(marked(segments, isOld))
  return html`<svg class="small" viewBox="0 0 ${width} ${height}" role="img" aria-label="${spoken}"><path class="dark" d="${dark}"/><path class="lit" d="${lit}"/></svg>`
}
