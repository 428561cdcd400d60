import { dirname, resolve } from 'node:path'
import type { PhpEnvironment } from './environment.ts'
import type { PhpNode } from './nodes.ts'
import {
  callPhp,
  concatenate,
  either,
  every,
  type Gap,
  isEqual,
  isGap,
  isSet,
  isTrue,
  not,
  settled,
  toNumber,
  toText,
  unset,
  type Value,
} from './values.ts'

/** What the expressions of a file can see and change. */
export type Scope = {
  /** The file that is being read. */
  file: () => string
  environment: PhpEnvironment
  exists: (file: string) => boolean
  constant: (name: string) => Value | undefined
  define: (name: string, value: Value) => void
  /** Last assignments, by `$name`, or `Config::NAME` for Bedrock, which collects, then defines. */
  assigned: Map<string, Value>
  include: (node: PhpNode, target: Value, once: boolean) => Value
  runCode: (node: PhpNode, code: Value) => Value
}

type Kind<K extends PhpNode['kind']> = Extract<PhpNode, { kind: K }>
type Member = Kind<'propertylookup' | 'offsetlookup'>

/** Works out an expression, with what it does besides: definitions, assignments, includes. */
export function evaluate(node: PhpNode, scope: Scope): Value {
  const value = (inner: PhpNode) => evaluate(inner, scope)
  const orGap = (known: Value | undefined) => (known === undefined ? gapAt(node, scope) : known)

  switch (node.kind) {
    case 'string':
      return node.isDoubleQuote && isMisread(node.raw) ? gapAt(node, scope) : node.value
    case 'nowdoc':
    case 'boolean':
      return node.value
    case 'nullkeyword':
      return null
    case 'number':
      return toNumber(node.value)
    case 'encapsed':
      if (node.type === 'shell' || isMisread(node.raw)) return gapAt(node, scope)
      return concatenate(node.value.map((part) => value(part.expression)))
    case 'array':
      return arrayOf(node, scope)
    case 'magic':
      if (node.value === '__FILE__') return scope.file()
      return node.value === '__DIR__' ? dirname(scope.file()) : gapAt(node, scope)
    case 'name':
      return orGap(scope.constant(lastName(node.name)))
    case 'variable':
      return orGap(scope.assigned.get(variableKey(node) ?? ''))
    case 'propertylookup':
    case 'offsetlookup':
      return member(node, scope)
    case 'assign':
      return assign(node, scope)
    case 'bin':
      return binary(node, scope)
    case 'unary':
      return orGap(node.type === '!' ? not(isTrue(value(node.what))) : undefined)
    case 'cast':
      return cast(node, scope)
    case 'retif':
      return conditional(node, scope)
    case 'silent':
      return value(node.expr)
    case 'isset':
      return orGap(every(node.variables.map((variable) => isSet(value(variable)))))
    case 'empty':
      return orGap(not(isTrue(value(node.expression))))
    case 'include':
      return scope.include(node, value(node.target), node.once)
    case 'eval':
      return scope.runCode(node, value(node.source))
    case 'new':
    case 'call':
      return call(node, scope)
    default:
      return gapAt(node, scope)
  }
}

/** Where a node is, for a message. */
export function placeOf(node: PhpNode, scope: Scope): string {
  return `line ${node.loc.start.line} of ${scope.file()}`
}

/** The value of a node that only PHP could work out. */
export function gapAt(node: PhpNode, scope: Scope): Gap {
  return { reason: `${placeOf(node, scope)}, which cannot be worked out without running PHP` }
}

/**
 * Escapes that php-parser reads in another way than PHP: "\xe9" is a byte, a part of a UTF-8 sequence,
 * and in a heredoc `\"` stays two characters. Better no value than a wrong password.
 */
function isMisread(raw: string): boolean {
  const byte = /(?<!\\)(\\\\)*\\(x[89a-f][0-9a-f]|[2-7][0-7]{2})/i
  return byte.test(raw) || (raw.startsWith('<<<') && raw.includes('\\"'))
}

function arrayOf(node: Kind<'array'>, scope: Scope): Value {
  const entries = new Map<string, Value>()
  for (const { key, value } of node.items) {
    const name = key ? toText(evaluate(key, scope)) : String(entries.size)
    if (typeof name !== 'string') return name
    entries.set(name, evaluate(value, scope))
  }
  return entries
}

function member(node: Member, scope: Scope): Value {
  const key = memberKey(node, scope)
  if (typeof key !== 'string') return key
  const base = variableKey(node.what)
  if (base === '$_ENV' || base === '$_SERVER') return scope.environment.get(key) ?? unset(key, null)
  const holder = evaluate(node.what, scope)
  if (isGap(holder)) return holder
  return holder instanceof Map ? (holder.get(key) ?? null) : gapAt(node, scope)
}

/** `$a->key`, `"$a[key]"`, `$a['key']`; `$a[]` has none. */
function memberKey(node: Member, scope: Scope): string | Gap {
  if (node.offset === false) return gapAt(node, scope)
  return node.offset.kind === 'identifier' ? node.offset.name : toText(evaluate(node.offset, scope))
}

function assign(node: Kind<'assign'>, scope: Scope): Value {
  const { assigned } = scope
  const right = evaluate(node.right, scope)
  if (node.left.kind === 'offsetlookup' || node.left.kind === 'propertylookup') {
    assignMember(node.left, node.operator === '=' ? right : gapAt(node, scope), scope)
    return right
  }
  const key = variableKey(node.left)
  if (key === undefined) return right
  const value = combine(node, assigned.get(key) ?? null, right, scope)
  assigned.set(key, value)
  return value
}

function combine(node: Kind<'assign'>, before: Value, right: Value, scope: Scope): Value {
  if (node.operator === '=') return right
  if (node.operator === '.=') return concatenate([before, right])
  if (node.operator === '??=') return settled(before) === null ? right : before
  return gapAt(node, scope)
}

/** `$a['key'] = ...`; what is deeper makes the whole variable one that is not known. */
function assignMember(left: Member, value: Value, scope: Scope): void {
  let root: PhpNode = left.what
  while (root.kind === 'offsetlookup' || root.kind === 'propertylookup') root = root.what
  const variable = variableKey(root)
  if (variable === undefined) return
  const holder = scope.assigned.get(variable) ?? new Map<string, Value>()
  const key = root === left.what ? memberKey(left, scope) : undefined
  const known = holder instanceof Map && typeof key === 'string'
  scope.assigned.set(variable, known ? new Map(holder).set(key, value) : gapAt(left, scope))
}

function binary(node: Kind<'bin'>, scope: Scope): Value {
  const left = evaluate(node.left, scope)
  const right = () => evaluate(node.right, scope)
  switch (node.type) {
    case '.':
      return concatenate([left, right()])
    case '??':
      return settled(left) === null ? right() : left
    case '||':
    case 'or':
      return either(isTrue(left), () => isTrue(right())) ?? gapAt(node, scope)
    case '&&':
    case 'and':
      return not(either(not(isTrue(left)), () => not(isTrue(right())))) ?? gapAt(node, scope)
    case '===':
    case '==':
      return isEqual(left, right(), node.type === '===') ?? gapAt(node, scope)
    case '!==':
    case '!=':
    case '<>':
      return not(isEqual(left, right(), node.type === '!==')) ?? gapAt(node, scope)
    case '|': {
      const other = right()
      if (typeof left === 'number' && typeof other === 'number') return left | other
      return isGap(left) ? left : isGap(other) ? other : gapAt(node, scope)
    }
    default:
      return gapAt(node, scope)
  }
}

function cast(node: Kind<'cast'>, scope: Scope): Value {
  const value = evaluate(node.expr, scope)
  if (node.type === 'string') return toText(value)
  if (node.type === 'array' || node.type === 'object') return value
  return node.type === 'bool' ? (isTrue(value) ?? value) : gapAt(node, scope)
}

function conditional(node: Kind<'retif'>, scope: Scope): Value {
  const test = evaluate(node.test, scope)
  const taken = isTrue(test)
  if (taken === undefined) return isGap(test) ? test : gapAt(node, scope)
  if (!taken) return evaluate(node.falseExpr, scope)
  return node.trueExpr ? evaluate(node.trueExpr, scope) : test
}

function call(node: Kind<'call' | 'new'>, scope: Scope): Value {
  const args = node.arguments.map((arg) =>
    evaluate(arg.kind === 'namedargument' ? arg.value : arg, scope),
  )
  const name = calledName(node, scope)
  if (/^(new )?dotenv(::create\w*)?$/.test(name)) scope.environment.loadLike(args)

  const given = args[0] ?? null
  const first = toText(given)
  if (typeof first !== 'string') return isGap(given) ? given : gapAt(node, scope)
  const named = callNamed(name, first, args[1] ?? null, scope)
  const known = named === undefined ? callPhp(name, args) : named
  return known === undefined ? gapAt(node, scope) : known
}

/** Functions that define something or look about. Undefined: none of these, or nothing found. */
function callNamed(name: string, first: string, second: Value, scope: Scope): Value | undefined {
  const { assigned, environment } = scope
  const path = resolve(dirname(scope.file()), first)
  switch (name) {
    case 'define':
      scope.define(first, second)
      return true
    case 'config::define':
      assigned.set(`Config::${first}`, second)
      return true
    case 'config::remove':
      return assigned.delete(`Config::${first}`)
    case 'config::get':
    case 'constant':
      return scope.constant(first)
    case 'defined':
      return scope.constant(first) !== undefined
    case 'getenv':
      return environment.get(first) ?? unset(first, false)
    case 'getenv_docker':
      return environment.docker(first, second)
    case 'env':
      return environment.bedrock(first)
    case 'file_exists':
    case 'is_dir':
    case 'is_file':
    case 'is_readable':
      return scope.exists(path)
    case 'file_get_contents':
      return environment.fileText(path)
    case 'realpath':
      return scope.exists(path) && path
    default:
      return undefined
  }
}

/** In lower case: `define`, `config::define`, `new dotenv`; empty for what has no name. */
function calledName(node: Kind<'call' | 'new'>, scope: Scope): string {
  const { what } = node
  const prefix = node.kind === 'new' ? 'new ' : ''
  if (what.kind === 'name') return prefix + lastName(what.name).toLowerCase()
  if (
    what.kind === 'staticlookup' &&
    what.what.kind === 'name' &&
    what.offset.kind === 'identifier'
  ) {
    return `${lastName(what.what.name)}::${what.offset.name}`.toLowerCase()
  }
  // The `Dotenv::create(...)` of `Dotenv::create(...)->load()`.
  if (what.kind === 'propertylookup') evaluate(what.what, scope)
  return ''
}

/** Of a plain variable; undefined for `$$name` and what is none. */
function variableKey(node: PhpNode): string | undefined {
  return node.kind === 'variable' && typeof node.name === 'string' ? `$${node.name}` : undefined
}

/** Namespaces play no part: `\define` and `Roots\WPConfig\Config` are known by their last name. */
function lastName(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1)
}
