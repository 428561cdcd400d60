import { basename, dirname } from 'node:path'
import {
  isIdentical,
  isLoosely,
  type Known,
  knownOf,
  made,
  toBool,
  told,
  toText,
  type Value,
} from './values.ts'

/** Constants that PHP brings along and that settings are made of; those of MySQL as mysqli has them. */
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

/** `PHP_URL_*` have the numbers that PHP gives them; settings only hand them on to `parse_url`. */
const urlParts = ['scheme', 'host', 'port', 'user', 'pass', 'path', 'query', 'fragment']

export const PHP_CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['DIRECTORY_SEPARATOR', '/'],
  ['PHP_EOL', '\n'],
  ['PHP_SAPI', 'cli'],
  ['MYSQL_CLIENT_SSL', MYSQLI_CLIENT.SSL],
  ...Object.entries(MYSQLI_CLIENT).map(([name, flag]): [string, Value] => [
    `MYSQLI_CLIENT_${name}`,
    flag,
  ]),
  ...urlParts.map((part, index): [string, Value] => [`PHP_URL_${part.toUpperCase()}`, index]),
])

interface PhpFunction {
  /** Undefined where the answer might not be PHP's. */
  readonly call: (...args: Known[]) => Value | undefined
  /** Whether the answer only tells something of its arguments, and so cannot itself be a wrong setting. */
  readonly tells?: boolean
}

function ofTexts(work: (...texts: string[]) => Value | undefined, tells = false): PhpFunction {
  const call = (...args: Known[]) => {
    const texts = args.map(toText).filter((text) => text !== undefined)
    return texts.length < args.length ? undefined : work(...texts)
  }
  return { call, tells }
}

/** PHP's own functions that need nothing but their arguments, by lower-case name. */
const functions: Readonly<Record<string, PhpFunction>> = {
  array_key_exists: {
    tells: true,
    call: (key = null, array = null) =>
      array instanceof Map && !(key instanceof Map) ? array.has(String(key ?? '')) : undefined,
  },
  basename: ofTexts((path = '', suffix = '') => basename(path, suffix)),
  dirname: ofTexts((path = '', levels = '1') => climb(path, Number(levels))),
  extension_loaded: ofTexts((name = '') => coreExtensions.has(lower(name)) || undefined, true),
  in_array: { tells: true, call: isAmong },
  is_array: { tells: true, call: (value = null) => value instanceof Map },
  is_string: { tells: true, call: (value = null) => typeof value === 'string' },
  ltrim: ofTexts((text = '', chars) => trimmed(text, chars, 'start')),
  parse_url: ofTexts((url = '', part) => parseUrl(url, part)),
  php_sapi_name: ofTexts(() => 'cli', true),
  preg_match: ofTexts((pattern = '', text = '') => pregMatch(pattern, text), true),
  rawurldecode: ofTexts((text = '') => decodePercents(text)),
  rtrim: ofTexts((text = '', chars) => trimmed(text, chars, 'end')),
  str_contains: ofTexts((text = '', part = '') => text.includes(part), true),
  str_ends_with: ofTexts((text = '', part = '') => text.endsWith(part), true),
  str_replace: ofTexts((search = '', by = '', text = '') => text.split(search || text).join(by)),
  str_starts_with: ofTexts((text = '', part = '') => text.startsWith(part), true),
  stripos: ofTexts((text = '', part = '', from) => position(lower(text), lower(part), from), true),
  strpos: ofTexts((text = '', part = '', from) => position(text, part, from), true),
  strtolower: ofTexts((text = '') => lower(text)),
  strtoupper: ofTexts((text = '') => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  substr: ofTexts((text = '', from = '0', length) => cutOut(text, Number(from), length)),
  trim: ofTexts((text = '', chars) => trimmed(text, chars, 'both')),
  urldecode: ofTexts((text = '') => decodePercents(text.replaceAll('+', ' '))),
  version_compare: ofTexts((a = '', b = '', operator) => versionCompare(a, b, operator), true),
}

/** Extensions that every PHP that runs WordPress has compiled in. */
const coreExtensions = new Set([
  'core',
  'date',
  'hash',
  'json',
  'pcre',
  'reflection',
  'spl',
  'standard',
])

/** Whether `callPure` knows a function. */
export function isPure(name: string): boolean {
  return Object.hasOwn(functions, name)
}

/** Calls a function of PHP. Undefined: not known here, or not for these arguments. */
export function callPure(name: string, args: readonly Value[]): Value | undefined {
  const found = isPure(name) ? functions[name] : undefined
  if (found === undefined) return undefined
  let isKnown = true
  const answer = (found.tells === true ? told : made)(args, (known) => {
    const result = found.call(...known)
    if (result === undefined) isKnown = false
    return result ?? null
  })
  return isKnown ? answer : undefined
}

function isAmong(needle: Known = null, array: Known = null, strict: Known = false) {
  if (!(array instanceof Map)) return undefined
  const compare = toBool(strict) ? isIdentical : isLoosely
  const answers = [...array.values()].map((value) => {
    const known = knownOf(value)
    return known === undefined ? undefined : compare(needle, known)
  })
  return answers.includes(true) || (answers.includes(undefined) ? undefined : false)
}

/** PHP 8 changes the case of ASCII letters only. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function position(text: string, part: string, from = '0'): number | false | undefined {
  // PHP counts bytes.
  if (!/^[\0-\x7f]*$/.test(text) || Number(from) < 0 || Number(from) > text.length) return undefined
  const at = text.indexOf(part, Number(from))
  return at < 0 ? false : at
}

function climb(path: string, levels: number): string {
  return levels > 1 ? climb(dirname(path), levels - 1) : dirname(path)
}

function trimmed(text: string, chars = ' \t\n\r\0\v', where: 'start' | 'end' | 'both') {
  // A range such as "a..z".
  if (chars.includes('..')) return undefined
  let from = 0
  let to = text.length
  while (where !== 'end' && from < to && chars.includes(text.charAt(from))) from++
  while (where !== 'start' && to > from && chars.includes(text.charAt(to - 1))) to--
  return text.slice(from, to)
}

function cutOut(text: string, from: number, length?: string): string | undefined {
  if (!/^[\0-\x7f]*$/.test(text)) return undefined
  const start = from < 0 ? Math.max(0, text.length + from) : from
  if (length === undefined || length === '') return text.slice(start)
  const count = Number(length)
  return text.slice(start, count < 0 ? Math.max(start, text.length + count) : start + count)
}

function decodePercents(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    // Percent codes that are not UTF-8.
    return undefined
  }
}

/** As PHP does it: nothing is decoded, parts that are not there are left out. */
function parseUrl(url: string, part?: string): Value | undefined {
  const { scheme, authority, path, query, fragment } =
    /^(?<scheme>[a-z][\w+.-]*):\/\/(?<authority>[^/?#]*)(?<path>\/[^?#]*)?(\?(?<query>[^#]*))?(#(?<fragment>.*))?$/i.exec(
      url,
    )?.groups ?? {}
  const { user, pass, host, port } =
    /^((?<user>[^:]*)(:(?<pass>.*))?@)?(?<host>\[.*\]|[^:@]*)(:(?<port>\d+))?$/.exec(
      authority ?? '',
    )?.groups ?? {}
  if (!host) return undefined
  const all: Readonly<Record<string, string | undefined>> = {
    scheme,
    host,
    port,
    user,
    pass,
    path,
    query,
    fragment,
  }
  const parts = new Map<string, Value>()
  for (const [name, text] of Object.entries(all)) {
    if (text !== undefined) parts.set(name, name === 'port' ? Number(text) : text)
  }
  if (part === undefined || Number(part) === -1) return parts
  return parts.get(urlParts[Number(part)] ?? '') ?? null
}

/** What PCRE and JavaScript read alike, of texts that both see as bytes. */
const plainPattern =
  /^(?:[\w\s\-^|()*+?@:;,<>="'%&!~`/]|\.|\\[.\-/\\dDwWsSbB^$|()*+?[\]{}]|\$|\[[\w\s.\-^@:]+\]|\{\d+(?:,\d*)?\})*$/

function pregMatch(pattern: string, text: string): number | undefined {
  const [, delimiter, body, flags] = /^([/#~@!%])(.*)\1([i]*)$/s.exec(pattern) ?? []
  if (delimiter === undefined || body === undefined || body.includes('(?')) return undefined
  const isAscii = /^[\0-\x7f]*$/.test(text) && !text.includes('\n')
  if (!isAscii || !plainPattern.test(body)) return undefined
  try {
    return new RegExp(body, flags).test(text) ? 1 : 0
  } catch {
    return undefined
  }
}

const versionWords = ['dev', 'alpha', 'beta', 'rc', '#', 'pl']

/** As the PHP manual describes version_compare(). */
function versionCompare(a: string, b: string, operator?: string): Value | undefined {
  const parts = (version: string) =>
    version
      .replace(/[-_+]/g, '.')
      .replace(/(\d)([^\d.])/g, '$1.$2')
      .replace(/([^\d.])(\d)/g, '$1.$2')
      .split('.')
      .filter((part) => part !== '')
  const rank = (part: string) => {
    if (/^\d+$/.test(part)) return versionWords.indexOf('#')
    const word = { a: 'alpha', b: 'beta', c: 'rc', p: 'pl' }[lower(part)] ?? lower(part)
    return versionWords.indexOf(word)
  }
  const compare = (left: string | undefined, right: string | undefined): number => {
    if (left === undefined || right === undefined) {
      if (left === right) return 0
      // What a version has more makes it newer when it is a number or "pl".
      const more = rank(left ?? right ?? '') >= versionWords.indexOf('#') ? 1 : -1
      return left === undefined ? -more : more
    }
    const both = [left, right].every((part) => /^\d+$/.test(part))
    return Math.sign(both ? Number(left) - Number(right) : rank(left) - rank(right))
  }
  const [left, right] = [parts(a), parts(b)]
  let order = 0
  for (let at = 0; at < Math.max(left.length, right.length) && order === 0; at++) {
    order = compare(left[at], right[at])
  }
  switch (operator) {
    case undefined:
      return order
    case '<':
    case 'lt':
      return order < 0
    case '<=':
    case 'le':
      return order <= 0
    case '>':
    case 'gt':
      return order > 0
    case '>=':
    case 'ge':
      return order >= 0
    case '==':
    case 'eq':
      return order === 0
    case '!=':
    case '<>':
    case 'ne':
      return order !== 0
    default:
      return undefined
  }
}
