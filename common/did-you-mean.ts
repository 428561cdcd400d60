import { closestMatch } from 'leven'

/** To stand behind a refusal, as `; did you mean poll?`; empty where nothing that is known is alike. */
export function didYouMean(word: string, known: readonly string[]): string {
  const maxDistance = Math.max(1, Math.floor(word.length / 3))
  const nearest = closestMatch(word, known, { maxDistance })
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}
