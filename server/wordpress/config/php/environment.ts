import { join } from 'node:path'
import { parse } from 'dotenv'
import type { State, Store } from './state.ts'
import { knownOf, toText, type Value } from './values.ts'

/** What reading a configuration may look at. */
export interface PhpWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (file: string) => string
  readonly exists: (file: string) => boolean
}

/** What the web server sets for each request: on another machine, or for another visitor, it is another. */
const ofRequests =
  /^(HTTP_\w+|HTTPS|SERVER_\w+|REQUEST_\w+|REMOTE_\w+|REDIRECT_\w+|QUERY_STRING|PHP_\w+|SCRIPT_\w+|PATH_\w+|DOCUMENT_ROOT|GATEWAY_INTERFACE|CONTENT_\w+|argc|argv)$/

/** A variable as `getenv()`, `$_ENV` or `$_SERVER` has it; undefined where only a request tells. */
export function environmentValue(
  from: 'getenv' | '_ENV' | '_SERVER',
  name: string,
  state: State,
  world: PhpWorld,
): Value | undefined {
  const store = storeOf(from, state)
  const set = store.get(name)
  if (from === '_SERVER' && set === undefined && ofRequests.test(name)) return undefined
  const value = set === undefined ? world.env[name] : set
  const why = { kind: 'unset', variable: name } as const
  return value ?? { why, as: from === 'getenv' ? false : null }
}

export function storeOf(from: 'getenv' | '_ENV' | '_SERVER', state: State): Store {
  return from === 'getenv' ? state.environment : from === '_ENV' ? state.env : state.server
}

export function fileText(file: string, world: PhpWorld): string | undefined {
  try {
    return world.readFile(file)
  } catch (error) {
    if (error instanceof FileWanted) throw error
    return undefined
  }
}

/** Thrown by a world whose files have to be fetched first. */
export class FileWanted extends Error {
  readonly file: string
  constructor(file: string) {
    super(`${file} has to be fetched`)
    this.file = file
  }
}

/**
 * Loads `.env` files as phpdotenv does at `Dotenv::create...([repository,] directory [, names
 * [, shortCircuit]])`: the names are one or several, and `shortCircuit` (the default) ends at the first
 * file that is there. An immutable repository leaves a variable of the real environment alone; what it
 * has loaded itself it may write again, so a later file wins (vlucas/phpdotenv 5, `ImmutableWriter`).
 * `createImmutable` and `createMutable` do not reach `getenv()`.
 */
export function loadDotenv(method: string, args: readonly Value[], state: State, world: PhpWorld) {
  const known = args.map(knownOf)
  const at = known.findIndex((arg) => typeof arg === 'string')
  const directory = known[at]
  if (typeof directory !== 'string') return
  const given = known[at + 1]
  const list = given instanceof Map ? [...given.values()] : [given ?? '.env']
  const files = list
    .filter((name) => typeof name === 'string')
    .map((name) => join(directory, name))
    .filter(world.exists)
  const loaded = new Map<string, string>()
  for (const file of known[at + 2] === false ? files : files.slice(0, 1)) {
    const content = fileText(file, world) ?? ''
    for (const [name, text] of Object.entries(parse(content))) {
      const real = world.env[name] ?? state.environment.known.get(name)
      if (real !== undefined && !/(?<!im)mutable$/.test(method)) continue
      const quote = new RegExp(`^\\s*(export\\s+)?${name}\\s*=\\s*(["'])`, 'm').exec(content)?.[2]
      const lookUp = (other: string) => loaded.get(other) ?? world.env[other]
      loaded.set(name, quote === "'" ? text : expanded(text, quote === '"', lookUp))
    }
  }
  const isSafe = /^create(im)?mutable$/.test(method)
  for (const [name, text] of loaded) {
    state.env.set(name, text)
    state.server.set(name, text)
    if (!isSafe) state.environment.set(name, text)
  }
}

/** What phpdotenv does besides: `${NAME}`, and `\"`, `\$` and `\\` between double quotes. */
function expanded(text: string, escapes: boolean, lookUp: (name: string) => string | undefined) {
  return text.replace(/\\(["$\\])|\$\{([\w.]+)\}/g, (whole, escaped?: string, name = '') =>
    escaped && escapes ? escaped : (lookUp(name) ?? whole),
  )
}

const words = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** As `env()` reads a text (oscarotero/env, by its default options): words become values, quotes go. */
export function envValue(value: Value): Value {
  const text = knownOf(value)
  if (typeof text !== 'string') return value
  const word = words.get(text.toLowerCase())
  return word === undefined ? text.replace(/^(["'])(.*)\1$/s, '$2') : word
}

/** PHP's text of a value, for a path or a name. */
export function textOf(value: Value | undefined): string | undefined {
  const known = value === undefined ? undefined : knownOf(value)
  return known === undefined ? undefined : toText(known)
}
