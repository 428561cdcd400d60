import { createHash } from 'node:crypto'

/** The prefix that every site has in the agent's answers, whatever it has in its database. */
export const agentPrefix = 'wp_'

/** A statement as the agent's list has it, with what stands in its places. */
export interface Template {
  /** `{name}` for a table of the site, `{blog}` for its number, one blank between words. */
  readonly text: string
  /** `2026_11`, where the table has a month in its name. */
  readonly month: string | undefined
}

/**
 * The text of a statement without what differs from site to site.
 *
 * @param text of a site whose prefix is `wp_`
 */
export function templateOf(text: string): Template {
  let month: string | undefined
  const plain = text
    // As `siteNumber` writes it.
    .replace(/\d+ \/\* blog \*\//g, '{blog}')
    .replace(/`wp_([a-z0-9_]+)`/g, (_, name: string) => {
      const [, archives, ofMonth] = /^(matomo_archive_numeric_)(\d{4}_\d{2})$/.exec(name) ?? []
      if (archives === undefined) return `{${name}}`
      month = ofMonth
      return `{${archives}*}`
    })
  return { text: plain.replace(/\s+/g, ' ').trim(), month }
}

/** What a request names a statement by. */
export function statementId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** Options that hold addresses of visitors: the list has no statement that reads them. */
export function isWithheld(text: string): boolean {
  return text.includes("option_name = 'count_per_day_online'")
}
