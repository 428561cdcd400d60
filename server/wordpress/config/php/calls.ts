import { isAbsolute, resolve } from 'node:path'
import { environmentValue, envValue, fileText, loadDotenv, textOf } from './environment.ts'
import { callPure, isPure } from './functions.ts'
import type { NodeOf, PhpNode } from './nodes.ts'
import { gapAt, lastName, type Scope, whyAt } from './scope.ts'
import { define, variablesWith } from './state.ts'
import { isGap, knownOf, type Value } from './values.ts'
import { writesToArguments } from './writes.ts'

type Call = NodeOf<'call'> | NodeOf<'new'>

/** A function that defines something or looks about. Undefined: it cannot be told for these arguments. */
type Effect = (args: readonly Value[], scope: Scope, node: Call) => Value | undefined

/** By lower-case name, as `calledName` gives it. */
const effects: Readonly<Record<string, Effect>> = {
  define: ([name, value = null], scope, node) => {
    const text = textOf(name)
    if (text === undefined) scope.state.constants.blur(whyAt(node, scope), 'all')
    else define(scope.state.constants, text, value)
    return true
  },
  defined: ([name], scope) => {
    const text = textOf(name)
    const value = text === undefined ? undefined : scope.state.constants.get(text)
    if (value !== undefined && isGap(value) && value.mayBeUnset === true) return value
    return text === undefined ? undefined : value !== undefined
  },
  constant: ([name], scope) => scope.state.constants.get(textOf(name) ?? ''),
  getenv: ([name], scope) => {
    const text = textOf(name)
    if (text === undefined) return undefined
    return environmentValue('getenv', text, scope.state, scope.world)
  },
  putenv: ([assignment], scope, node) => {
    const known = assignment === undefined ? undefined : knownOf(assignment)
    const [, name, value] =
      typeof known === 'string' ? (/^([^=]+)(?:=(.*))?$/s.exec(known) ?? []) : []
    if (name === undefined) scope.state.environment.blur(whyAt(node, scope), 'all')
    else
      scope.state.environment.set(
        name,
        value ?? { why: { kind: 'unset', variable: name }, as: false },
      )
    return true
  },
  env: ([name, fallback = null], scope) => {
    const text = textOf(name)
    if (text === undefined) return undefined
    const value = environmentValue('getenv', text, scope.state, scope.world)
    if (value === undefined) return undefined
    if (knownOf(value) !== false) return envValue(value)
    return fallback === null && isGap(value) ? { ...value, as: null } : fallback
  },
  file_exists: exists,
  is_dir: exists,
  is_file: exists,
  is_readable: exists,
  file_get_contents: ([path], scope) => {
    const file = pathOf(path, scope)
    return file === undefined ? undefined : fileText(file, scope.world)
  },
  realpath: ([path], scope) => {
    const file = pathOf(path, scope)
    return file !== undefined && scope.world.exists(file) ? file : undefined
  },
  function_exists: ([name], scope) => {
    const text = textOf(name)?.toLowerCase()
    if (text === undefined) return undefined
    if (isPure(text) || Object.hasOwn(effects, text)) return !['env'].includes(text) || undefined
    return scope.functionNamed(text) !== undefined
  },
  'config::define': ([name, value = null], scope, node) => {
    const text = textOf(name)
    if (text === undefined) scope.state.configured.blur(whyAt(node, scope), 'all')
    else scope.state.configured.set(text, value)
    return null
  },
  'config::remove': ([name], scope) => {
    scope.state.configured.known.delete(textOf(name) ?? '')
    return null
  },
  'config::get': ([name], scope) => scope.state.configured.get(textOf(name) ?? ''),
  'config::apply': (_args, { state }) => {
    for (const [name, value] of state.configured.known) define(state.constants, name, value)
    if (state.configured.rest !== undefined) state.constants.rest = state.configured.rest
    return null
  },
}

function exists([path]: readonly Value[], scope: Scope): Value | undefined {
  const file = pathOf(path, scope)
  return file === undefined ? undefined : scope.world.exists(file)
}

/** A path of a file system, from the folder that PHP works in. */
function pathOf(value: Value | undefined, scope: Scope): string | undefined {
  const text = textOf(value)
  if (text === undefined || /^[a-z][a-z\d+.-]+:/i.test(text)) return undefined
  return isAbsolute(text) ? text : resolve(scope.directory(), text)
}

/** Calls a function or makes an object, as far as PHP's answer can be known. */
export function call(node: Call, scope: Scope): Value {
  const name = calledName(node, scope)
  const own = scope.functionNamed(name)
  if (own !== undefined && !isPure(name)) return scope.callFunction(own, node.arguments)
  const args = argumentsOf(node, name, scope)
  const dotenv = /^(?:new dotenv|dotenv::(create\w*))$/.exec(name)
  if (dotenv !== null) loadDotenv(dotenv[1] ?? '', args ?? [], scope.state, scope.world)
  const effect = Object.hasOwn(effects, name) ? effects[name] : undefined
  if (args !== undefined) {
    const answer = effect === undefined ? callPure(name, args) : effect(args, scope, node)
    if (answer !== undefined && !(name === 'preg_match' && args.length > 2)) return answer
  } else if (effect !== undefined) {
    scope.blur([node], whyAt(node, scope))
  }
  // What is left is known by its name at most.
  if (name === 'extract') scope.blur([node], whyAt(node, scope))
  if (effect === undefined && writesToArguments(name)) {
    for (const arg of node.arguments) overwrite(arg, scope)
  }
  const isMethod = node.kind === 'new' || node.what.kind !== 'name'
  if (effect === undefined && dotenv === null && isMethod) {
    scope.blurClasses(whyAt(node, scope))
  }
  const origin = args?.find((arg) => knownOf(arg) === undefined)
  return origin !== undefined && isGap(origin) && !own ? { why: origin.why } : gapAt(node, scope)
}

/** The values in their order; undefined where they cannot be put in it. */
function argumentsOf(node: Call, name: string, scope: Scope): Value[] | undefined {
  const orders: Readonly<Record<string, string[]>> = { define: ['constant_name', 'value'] }
  const values: Value[] = []
  let isKnown = true
  for (const arg of node.arguments) {
    if (arg.kind === 'namedargument') {
      const at = orders[name]?.indexOf(arg.name) ?? -1
      if (at < 0) isKnown = false
      values[Math.max(at, 0)] = scope.evaluate(arg.value)
    } else {
      const value = scope.evaluate(arg)
      if (!('kind' in arg) || String(arg.kind) === 'variadic') isKnown = false
      values.push(value)
    }
  }
  return isKnown ? values : undefined
}

/** A function may write to a variable that it was given. */
function overwrite(arg: PhpNode, scope: Scope): void {
  const isPlace =
    (arg.kind === 'variable' && typeof arg.name === 'string') ||
    arg.kind === 'offsetlookup' ||
    arg.kind === 'propertylookup'
  if (!isPlace) return
  const gap = gapAt(arg, scope)
  if (arg.kind === 'variable' && typeof arg.name === 'string') {
    variablesWith(scope.state, arg.name).set(arg.name, gap)
  } else {
    scope.assign(arg, gap)
  }
}

/** In lower case: `define`, `config::define`, `new dotenv`; empty for what has no name. */
function calledName(node: Call, scope: Scope): string {
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
  if (what.kind === 'propertylookup') scope.evaluate(what.what)
  return ''
}
