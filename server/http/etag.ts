/** Weak comparison with the tags of `If-None-Match`: RFC 9110, sections 8.8.3.2 and 13.1.2. */
export function matchesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  // Without the W/ before it.
  const [opaque = etag] = /"[^"]*"/.exec(etag) ?? []
  return ifNoneMatch.match(/"[^"]*"/g)?.includes(opaque) === true
}
