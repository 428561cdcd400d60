/**
 * Whether a plugin's version is another or a later one: `3.6.0.1` is later than `3.6`, and `3.3.0-beta1`
 * as good as `3.3.0`.
 */
export function isFrom(version: string, first: string): boolean {
  const [own, other] = [numbers(version), numbers(first)]
  for (let index = 0; index < Math.max(own.length, other.length); index += 1) {
    const difference = (own[index] ?? 0) - (other[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/** The version in an option's value; undefined where there is none. */
export function toVersion(value: string | undefined): string | undefined {
  return /^\d+(\.\d+)*/.exec(value?.trim() ?? '')?.[0]
}

function numbers(version: string): number[] {
  return (toVersion(version) ?? '').split('.').map(Number)
}
