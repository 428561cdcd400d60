import type { Metric, Period } from '../../reading.ts'

const root = 'visitor-counter'

/** No site has this name: `visitor-counter/desk/<name>/…` is what desks say and hear. */
export const reservedSite = 'desk'

/**
 * The topics of a site, retained but for one. Its name is percent-encoded: the address of a site in a folder
 * has a slash, which would be another level.
 */
export const topics = {
  /** The digits. */
  reading: (site: string, metric: Metric, period: Period) => `${of(site)}/${metric}/${period}`,
  /** JSON: what the digits count, as of when, whether they are stale. */
  attributes: (site: string, metric: Metric, period: Period) =>
    `${of(site)}/${metric}/${period}/attributes`,
  /** Whether a bridge publishes the site: `online` or, at last by its will, `offline`. */
  status: (site: string) => `${of(site)}/status`,
  /** Whether that bridge's database answers: `online` or `offline`. */
  database: (site: string) => `${of(site)}/database`,
  /** JSON: the readings and the days of the site, for replicas and for the next leader. */
  site: (site: string) => `${of(site)}/site`,
  /** JSON: which process reads the database. */
  claim: (site: string) => `${of(site)}/claim`,
  /** Not retained: a message of the process to itself, which arrives after everything retained. */
  hello: (site: string) => `${of(site)}/hello`,
  all: (site: string) => `${of(site)}/#`,
}

/** What a desk says of itself. */
export type DeskFact = 'power' | 'brightness' | 'show' | 'text' | 'link' | 'board'
/** What a desk can be told. */
export const deskCommands = ['power', 'brightness', 'show', 'test-pattern'] as const
export type DeskCommandName = (typeof deskCommands)[number]

/** The topics of a desk. Its name is percent-encoded, as that of a site. */
export const deskTopics = {
  /** `online` or, at last by its will, `offline`. */
  status: (desk: string) => `${ofDesk(desk)}/status`,
  /** JSON: which process has the name. */
  claim: (desk: string) => `${ofDesk(desk)}/claim`,
  /** Not retained: a message of the process to itself. */
  hello: (desk: string) => `${ofDesk(desk)}/hello`,
  /** Retained. */
  fact: (desk: string, fact: DeskFact) => `${ofDesk(desk)}/${fact}`,
  /** Not to be retained: a desk takes only what is said while it listens. */
  command: (desk: string, command: DeskCommandName) => `${ofDesk(desk)}/${command}/set`,
  /** A filter for every command, a misspelt one too. */
  commands: (desk: string) => `${ofDesk(desk)}/+/set`,
}

function ofDesk(desk: string): string {
  return `${root}/${reservedSite}/${encodeURIComponent(desk)}`
}

/** What a filter has in place of the name of a site, for every site. */
export const everySite = `${root}/+`

function of(site: string): string {
  return `${root}/${encodeURIComponent(site)}`
}

/** The site of a topic, and the rest of it; undefined for a topic that is none of ours. */
export function parseTopic(topic: string): { site: string; rest: string } | undefined {
  const [, name, rest] = /^visitor-counter\/([^/]+)\/(.+)$/.exec(topic) ?? []
  if (name === undefined || rest === undefined || name === reservedSite) return undefined
  try {
    return { site: decodeURIComponent(name), rest }
  } catch {
    return undefined
  }
}
