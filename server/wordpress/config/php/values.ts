/** A line of a configuration, for messages. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** Why only a running PHP would know a value. `by` is the piece of code that it comes from, without its arguments. */
export type Why =
  | { readonly kind: 'unset'; readonly variable: string }
  | { readonly kind: 'value'; readonly place: Place; readonly by: string | undefined }
  | { readonly kind: 'decides'; readonly place: Place; readonly by: string | undefined }

/**
 * A value that must not become a setting. `as` is what PHP on the command line goes on with, where that
 * is known: for an environment variable that is not set here, and all that is made of it.
 */
export interface Gap {
  readonly why: Why
  readonly as?: Known
  /** Whether the constant or variable may not be there at all. */
  readonly mayBeUnset?: boolean
}
type PhpArray = ReadonlyMap<string, Value>
export type Known = string | number | boolean | null | PhpArray
export type Value = Known | Gap

export function isGap(value: Value): value is Gap {
  return typeof value === 'object' && value !== null && 'why' in value
}

/** The value that PHP would go on with; undefined where that is not known. */
export function knownOf(value: Value): Known | undefined {
  return isGap(value) ? value.as : value
}

/** A result that was made of some values: a gap as soon as one of them is, with what PHP goes on with. */
export function made(of: readonly Value[], work: (known: Known[]) => Value): Value {
  const gap = of.find(isGap)
  const known = of.map(knownOf)
  if (known.includes(undefined)) {
    const unknown = of.find((value) => knownOf(value) === undefined)
    return unknown !== undefined && isGap(unknown) ? { why: unknown.why } : null
  }
  const result = work(known.filter((value) => value !== undefined))
  return gap === undefined || isGap(result) ? result : { why: gap.why, as: result }
}

/** An answer that is told by values: plain where PHP on the command line would know it. */
export function told(of: readonly Value[], work: (known: Known[]) => Value): Value {
  const result = made(of, work)
  return isGap(result) && result.as !== undefined ? result.as : result
}

/** PHP's conversion to boolean. */
export function toBool(known: Known): boolean {
  if (known instanceof Map) return known.size > 0
  return !(known === '0' || !known)
}

/** Whether PHP takes a value for true; undefined where only PHP knows. */
export function isTrue(value: Value): boolean | undefined {
  const known = knownOf(value)
  return known === undefined ? undefined : toBool(known)
}

/** PHP's conversion to a string; an array has none. */
export function toText(known: Known): string | undefined {
  if (known instanceof Map) return undefined
  if (typeof known === 'boolean') return known ? '1' : ''
  return known === null ? '' : String(known)
}

const numeric = /^[ \t\n\r\v\f]*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?[ \t\n\r\v\f]*$/i

/** PHP's conversion to a number, of what is a number or a numeric string. */
export function toNumber(known: Known): number | undefined {
  if (typeof known === 'boolean' || known === null) return Number(known)
  if (typeof known === 'number') return known
  return typeof known === 'string' && numeric.test(known) ? Number(known) : undefined
}

/** A number as it is written in PHP: `0x1f`, `017`, `1_000`. */
export function writtenNumber(written: string): number {
  return Number(written.replaceAll('_', '').replace(/^0(?=[0-7]+$)/, '0o'))
}

/** PHP's `===`, as far as it can be told: an array with a gap in it equals nothing for sure. */
export function isIdentical(a: Known, b: Known): boolean | undefined {
  if (!(a instanceof Map) || !(b instanceof Map)) return a === b
  if (a.size !== b.size) return false
  const others = [...b]
  for (const [index, [key, value]] of [...a].entries()) {
    const [otherKey, other] = others[index] ?? ['', null]
    const [left, right] = [knownOf(value), knownOf(other)]
    if (left === undefined || right === undefined) return undefined
    if (key !== otherKey || isIdentical(left, right) !== true) return false
  }
  return true
}

/** PHP 8's `==` of what settings are compared with. */
export function isLoosely(a: Known, b: Known): boolean | undefined {
  if (typeof a === 'boolean' || typeof b === 'boolean') return toBool(a) === toBool(b)
  if (a instanceof Map || b instanceof Map) {
    if (a === null || b === null) return toBool(a) === toBool(b)
    return a instanceof Map && b instanceof Map ? isIdentical(a, b) || undefined : false
  }
  if (a === null || b === null) {
    return typeof (a ?? b) === 'number' ? (a ?? b) === 0 : (a ?? '') === (b ?? '')
  }
  const [left, right] = [toNumber(a), toNumber(b)]
  return left === undefined || right === undefined ? String(a) === String(b) : left === right
}

/** Whether two values are the same in every way, for paths that come together. */
export function isSame(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || isGap(a) || isGap(b)) return false
  return isIdentical(a, b) === true
}
