import type { Remembered } from './store.ts'

/** What another process has last read of a site, and why its newest round failed if it did. */
export interface OtherLeader {
  readonly leader: 'other'
  readonly last: Remembered | undefined
  readonly failure: string | undefined
}

/** Whose turn it is to read a site, where several processes could. */
export type Leadership = { readonly leader: 'us' } | OtherLeader

export interface Leaderships {
  /** Resolves as soon as it is known. */
  of(site: string): Promise<Leadership>
  /**
   * Told when the answer for a site has become another.
   *
   * @returns what ends it
   */
  onChange(listener: (site: string) => void): () => void
  /** There is no such site any more: whoever reads it takes what it has published away. */
  retire(site: string): void
}
