import { html, raw } from 'hono/html'

export type Html = ReturnType<typeof html>

export const nothing: Html = html``

/** A value for the script of the page. */
export function data(name: string, value: unknown): Html {
  return value === undefined ? nothing : html` data-${raw(name)}="${JSON.stringify(value)}"`
}

/** What the page fetches anew now and then: its content is put in the place of the old. */
export function live(id: string): Html {
  return html` id="${id}" data-live`
}

/** Marks one of several as the chosen one. */
export function current(isCurrent: boolean): Html {
  return isCurrent ? html` aria-current="true"` : nothing
}
