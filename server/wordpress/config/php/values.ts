import { basename, dirname } from 'node:path'

/**
 * A value that only a running PHP would have. `reason` completes "DB_NAME depends on ...". `as` is
 * what PHP itself would go on with, where that is known: for a variable that is not set.
 */
export type Gap = { reason: string; as?: false | null }
type PhpArray = ReadonlyMap<string, Value>
export type Value = string | number | boolean | null | PhpArray | Gap

/** Whether only a running PHP would know the value. */
export function isGap(value: Value): value is Gap {
  return typeof value === 'object' && value !== null && 'reason' in value
}

/** The value PHP would go on with; a gap only where even that is not known. */
export function settled(value: Value): Value {
  return isGap(value) && value.as !== undefined ? value.as : value
}

/** Undefined: not known. */
export function isTrue(value: Value): boolean | undefined {
  const known = settled(value)
  if (isGap(known)) return undefined
  if (known instanceof Map) return known.size > 0
  return !(known === '0' || !known)
}

/** As `isset()`, which is false for null. Undefined: not known. */
export function isSet(value: Value): boolean | undefined {
  const known = settled(value)
  return isGap(known) ? undefined : known !== null
}

/** Of what is true, false or not known. */
export function not(known: boolean | undefined): boolean | undefined {
  return known === undefined ? undefined : !known
}

/**
 * The right side is asked unless the left is true: where only PHP could decide, as of
 * `unknown() || define(...)`, the definition is taken.
 */
export function either(
  left: boolean | undefined,
  right: () => boolean | undefined,
): boolean | undefined {
  const known = left === true || right()
  return known === true || left === false ? known : undefined
}

/** False as soon as one is, also where others are not known. */
export function every(known: (boolean | undefined)[]): boolean | undefined {
  if (known.includes(false)) return false
  return known.includes(undefined) ? undefined : true
}

/** PHP's conversion to a string. A gap stays what it is, so that its reason reaches the user. */
export function toText(value: Value): string | Gap {
  if (typeof value !== 'object') return value === false ? '' : value === true ? '1' : String(value)
  if (value === null) return ''
  return isGap(value) ? value : { reason: 'an array where text belongs' }
}

/** PHP's `===` and `==`, the latter for the kinds a setting is compared with. */
export function isEqual(left: Value, right: Value, strict: boolean): boolean | undefined {
  const [a, b] = [settled(left), settled(right)]
  if (isGap(a) || isGap(b) || a instanceof Map || b instanceof Map) return undefined
  if (strict || typeof a === typeof b) return a === b
  if (typeof a === 'boolean' || typeof b === 'boolean') return isTrue(a) === isTrue(b)
  if (a === null || b === null) return (a ?? b) === '' || (a ?? b) === 0
  return String(a) === String(b)
}

/** PHP's `.`; the first gap is the gap of the whole. */
export function concatenate(values: Value[]): string | Gap {
  let joined = ''
  for (const value of values) {
    const text = toText(value)
    if (typeof text !== 'string') return text
    joined += text
  }
  return joined
}

/** A number as it is written in PHP: `0x1f`, `017`, `1_000`. */
export function toNumber(written: string): number {
  return Number(written.replaceAll('_', '').replace(/^0(?=[0-7]+$)/, '0o'))
}

/** A variable that the environment does not have; `as` is what asking for it gives in PHP. */
export function unset(name: string, as: false | null): Gap {
  return { reason: `the environment variable ${name}, which is not set`, as }
}

/** Flags of a connection, `MYSQLI_CLIENT_SSL` and so on (PHP manual, mysqli constants). */
export const MYSQLI_CLIENT = {
  COMPRESS: 32,
  FOUND_ROWS: 2,
  IGNORE_SPACE: 256,
  INTERACTIVE: 1024,
  NO_SCHEMA: 16,
  SSL: 2048,
  SSL_DONT_VERIFY_SERVER_CERT: 64,
  SSL_VERIFY_SERVER_CERT: 2 ** 30,
}

/** Constants that PHP brings along and that settings are made of. */
export const PHP_CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['DIRECTORY_SEPARATOR', '/'],
  ['MYSQL_CLIENT_SSL', MYSQLI_CLIENT.SSL],
  ...Object.entries(MYSQLI_CLIENT).map(([name, flag]): [string, Value] => [
    `MYSQLI_CLIENT_${name}`,
    flag,
  ]),
  ...['scheme', 'host', 'port', 'user', 'pass', 'path', 'query'].map((part): [string, Value] => [
    `PHP_URL_${part.toUpperCase()}`,
    part,
  ]),
])

/** PHP's own functions that need nothing but their arguments, under their lower-case names. */
const FUNCTIONS = new Map<string, (...args: string[]) => Value>([
  ['basename', (path = '', suffix = '') => basename(path, suffix)],
  ['dirname', (path = '', levels = '1') => climb(path, Number(levels))],
  ['ltrim', (text = '', chars) => trimStart(text, chars)],
  ['parse_url', (url = '', part) => parsePhpUrl(url, part)],
  ['rawurldecode', (text = '') => decodePercents(text)],
  ['rtrim', (text = '', chars) => trimEnd(text, chars)],
  [
    'str_replace',
    (search = '', by = '', text = '') => (search ? text.split(search).join(by) : text),
  ],
  ['strtolower', (text = '') => text.toLowerCase()],
  ['strtoupper', (text = '') => text.toUpperCase()],
  ['substr', (text = '', from = '0', length) => cutOut(text, Number(from), length)],
  ['trim', (text = '', chars) => trimEnd(trimStart(text, chars), chars)],
  ['urldecode', (text = '') => decodePercents(text.replaceAll('+', ' '))],
])

/** Calls a function of PHP. Undefined: not one that is known here. */
export function callPhp(name: string, args: Value[]): Value | undefined {
  const call = FUNCTIONS.get(name)
  if (!call) return undefined
  const texts: string[] = []
  for (const arg of args) {
    const text = toText(arg)
    if (typeof text !== 'string') return text
    texts.push(text)
  }
  return call(...texts)
}

function climb(path: string, levels: number): string {
  return levels > 1 ? climb(dirname(path), levels - 1) : dirname(path)
}

const BLANKS = ' \t\n\r\0\v'

function trimStart(text: string, chars = BLANKS): string {
  let from = 0
  while (from < text.length && chars.includes(text.charAt(from))) from++
  return text.slice(from)
}

function trimEnd(text: string, chars = BLANKS): string {
  let to = text.length
  while (to > 0 && chars.includes(text.charAt(to - 1))) to--
  return text.slice(0, to)
}

function cutOut(text: string, from: number, length?: string): string {
  const rest = text.slice(from)
  return length === undefined ? rest : rest.slice(0, Number(length))
}

function decodePercents(text: string): Value {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    return { reason: 'text with percent codes that are not UTF-8' }
  }
}

/** As PHP does it: nothing is decoded, parts that are not there are left out. */
function parsePhpUrl(url: string, part?: string): Value {
  const { scheme, authority, path, query } =
    /^(?<scheme>[a-z][\w+.-]*):\/\/(?<authority>[^/?#]*)(?<path>\/[^?#]*)?(\?(?<query>[^#]*))?/i.exec(
      url,
    )?.groups ?? {}
  const { user, pass, host, port } =
    /^((?<user>[^:]*)(:(?<pass>.*))?@)?(?<host>\[.*\]|[^:@]*)(:(?<port>\d+))?$/.exec(
      authority ?? '',
    )?.groups ?? {}
  if (!host) return { reason: 'a URL that cannot be taken apart' }
  const all = Object.entries({ scheme, user, pass, host, port, path, query })
  const parts = new Map(all.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])))
  return part === undefined ? parts : (parts.get(part) ?? null)
}
