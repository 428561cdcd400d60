import { dirname } from 'node:path'
import { call } from './calls.ts'
import { environmentValue, storeOf, textOf } from './environment.ts'
import type { NodeOf, PhpNode } from './nodes.ts'
import { arithmetic, cast, equality, unary } from './operators.ts'
import { decided, gapAt, lastName, type Scope, whyAt } from './scope.ts'
import { variablesWith } from './state.ts'
import {
  isGap,
  isSame,
  isTrue,
  knownOf,
  made,
  toBool,
  told,
  toText,
  type Value,
  writtenNumber,
} from './values.ts'

type Member = NodeOf<'propertylookup'> | NodeOf<'offsetlookup'>

/** Works out an expression, with what it does besides: definitions, assignments, includes. */
export function evaluate(node: PhpNode, scope: Scope): Value {
  const value = (inner: PhpNode) => evaluate(inner, scope)
  switch (node.kind) {
    case 'string':
      return node.isDoubleQuote && isMisread(node.raw) ? gapAt(node, scope) : node.value
    case 'nowdoc':
    case 'boolean':
      return node.value
    case 'nullkeyword':
      return null
    case 'number':
      return writtenNumber(node.value)
    case 'encapsed':
      if (node.type === 'shell' || isMisread(node.raw)) return gapAt(node, scope)
      return concatenated(
        node,
        node.value.map((part) => value(part.expression)),
        scope,
      )
    case 'array':
      return arrayOf(node, scope)
    case 'magic':
      if (node.value === '__FILE__') return scope.file()
      return node.value === '__DIR__' ? dirname(scope.file()) : gapAt(node, scope)
    case 'name':
      return scope.state.constants.get(lastName(node.name)) ?? gapAt(node, scope)
    case 'variable':
      return variable(node, scope)
    case 'propertylookup':
    case 'offsetlookup':
      return member(node, scope)
    case 'assign':
      return assign(node, scope)
    case 'assignref':
      bind(node.left, scope)
      return bind(node.right, scope)
    case 'pre':
    case 'post':
      return count(node, scope)
    case 'bin':
      return binary(node, scope)
    case 'unary':
      return unary(node, value(node.what), scope)
    case 'cast':
      return cast(node, value(node.expr), scope)
    case 'retif':
      return conditional(node, scope)
    case 'silent':
      return value(node.expr)
    case 'print':
      value(node.expression)
      return 1
    case 'isset':
      return told(node.variables.map(value), (known) => known.every((each) => each !== null))
    case 'empty':
      return told([value(node.expression)], ([known = null]) => !toBool(known))
    case 'include':
      return scope.include(node, value(node.target))
    case 'eval':
      return scope.runCode(node, value(node.source))
    case 'exit':
      return scope.exit()
    case 'closure':
      for (const use of node.uses) if (use.byref === true) bind(use, scope)
      scope.blur([node.body], whyAt(node, scope))
      return gapAt(node, scope)
    case 'new':
    case 'call':
      return call(node, scope)
    default:
      scope.blur([node], whyAt(node, scope))
      return gapAt(node, scope)
  }
}

/**
 * Escapes that php-parser reads in another way than PHP: "\xe9" is a byte, a part of a UTF-8 sequence,
 * and in a heredoc `\"` stays two characters. Better no value than a wrong password.
 */
function isMisread(raw: string): boolean {
  const byte = /(?<!\\)(\\\\)*\\(x[89a-f][0-9a-f]|[2-7][0-7]{2})/i
  return byte.test(raw) || (raw.startsWith('<<<') && raw.includes('\\"'))
}

function concatenated(node: PhpNode, values: Value[], scope: Scope): Value {
  return made(values, (known) => {
    const texts = known.map(toText)
    return texts.includes(undefined) ? gapAt(node, scope) : texts.join('')
  })
}

function arrayOf(node: NodeOf<'array'>, scope: Scope): Value {
  const entries = new Map<string, Value>()
  for (const item of node.items) {
    if (item === null || item.byRef || item.unpack) return gapAt(node, scope)
    const name = item.key ? textOf(evaluate(item.key, scope)) : nextKey(entries)
    if (name === undefined) return gapAt(node, scope)
    entries.set(name, evaluate(item.value, scope))
  }
  return entries
}

function nextKey(entries: ReadonlyMap<string, Value>): string {
  const numbers = [...entries.keys()].filter((key) => /^\d+$/.test(key)).map(Number)
  return String(Math.max(-1, ...numbers) + 1)
}

function variable(node: NodeOf<'variable'>, scope: Scope): Value {
  if (
    typeof node.name !== 'string' ||
    /^(GLOBALS|_[A-Z]+|this|argc|argv|http_response_header)$/.test(node.name)
  ) {
    return gapAt(node, scope)
  }
  const found = variablesWith(scope.state, node.name).get(node.name)
  return found === undefined ? { why: whyAt(node, scope), as: null } : found
}

/** `$_ENV['A']`, `$_SERVER['A']` and `$GLOBALS['a']` by the name of their array; undefined for others. */
function superglobal(node: Member): '_ENV' | '_SERVER' | 'GLOBALS' | undefined {
  const name = node.what.kind === 'variable' ? node.what.name : undefined
  return name === '_ENV' || name === '_SERVER' || name === 'GLOBALS' ? name : undefined
}

function member(node: Member, scope: Scope): Value {
  const key = memberKey(node, scope)
  const array = superglobal(node)
  if (key === undefined) return gapAt(node, scope)
  if (array === 'GLOBALS') {
    return scope.state.globals.get(key) ?? { why: whyAt(node, scope), as: null }
  }
  if (array !== undefined) {
    return environmentValue(array, key, scope.state, scope.world) ?? gapAt(node, scope)
  }
  const holder = evaluate(node.what, scope)
  const known = knownOf(holder)
  if (known === undefined) return holder
  if (known instanceof Map) return known.get(key) ?? null
  if (known === null) return isGap(holder) ? holder : null
  return gapAt(node, scope)
}

/** `$a->key`, `"$a[key]"`, `$a['key']`; `$a[]` has none, nor has one that is not known. */
function memberKey(node: Member, scope: Scope): string | undefined {
  if (node.offset === false) return undefined
  if (node.offset.kind === 'identifier') return node.offset.name
  // In "$db[name]" the key has no quotes.
  if (node.offset.kind === 'name') return node.offset.name
  return textOf(evaluate(node.offset, scope))
}

function assign(node: NodeOf<'assign'>, scope: Scope): Value {
  const { operator, left } = node
  if (operator === '=') {
    const value = evaluate(node.right, scope)
    assignTo(left, value, scope)
    return value
  }
  const before = evaluate(left, scope)
  if (operator === '??=') {
    const known = knownOf(before)
    if (known !== undefined && known !== null) return before
    const set = () => {
      const value = evaluate(node.right, scope)
      assignTo(left, value, scope)
      return value
    }
    return known === null ? set() : either(node, before, [set, () => before], scope)
  }
  const right = evaluate(node.right, scope)
  const value =
    operator === '.='
      ? concatenated(node, [before, right], scope)
      : arithmetic(operator.slice(0, -1), before, right, node, scope)
  assignTo(left, value, scope)
  return value
}

/** Sets what stands left of `=`: a variable, an entry of an array, a list of such. */
export function assignTo(left: PhpNode, value: Value, scope: Scope): void {
  const { state } = scope
  if (left.kind === 'variable' && typeof left.name === 'string' && left.name !== 'GLOBALS') {
    variablesWith(state, left.name).set(left.name, value)
    return
  }
  if (left.kind === 'list' || left.kind === 'array') {
    const known = knownOf(value)
    for (const [index, item] of left.items.entries()) {
      const key = item?.key ? textOf(evaluate(item.key, scope)) : String(index)
      const entry = known instanceof Map && key !== undefined ? known.get(key) : undefined
      if (item) assignTo(item.value, entry ?? gapAt(left, scope), scope)
    }
    return
  }
  if (left.kind !== 'offsetlookup' && left.kind !== 'propertylookup') {
    scope.blur([{ ...left, kind: 'assign', left, right: left, operator: '=' }], whyAt(left, scope))
    return
  }
  const array = superglobal(left)
  const key = memberKey(left, scope)
  if (array !== undefined) {
    const store = array === 'GLOBALS' ? state.globals : storeOf(array, state)
    if (key === undefined) store.blur(whyAt(left, scope), 'all')
    else store.set(key, value)
    return
  }
  const holder = knownOf(evaluate(left.what, scope)) ?? null
  const entries =
    holder instanceof Map ? holder : holder === null ? new Map<string, Value>() : undefined
  const at = left.offset === false && entries !== undefined ? nextKey(entries) : key
  const isKnown = entries !== undefined && at !== undefined
  assignTo(left.what, isKnown ? new Map(entries).set(at, value) : gapAt(left, scope), scope)
}

/** A variable that is bound by reference may change wherever the other one is set. */
function bind(node: PhpNode, scope: Scope): Value {
  const gap = gapAt(node, scope)
  let root = node
  while (root.kind === 'offsetlookup' || root.kind === 'propertylookup') root = root.what
  if (root.kind === 'variable' && typeof root.name === 'string') {
    variablesWith(scope.state, root.name).bound.set(root.name, gap)
  } else {
    scope.blur([{ ...node, kind: 'assign', left: node, right: node, operator: '=' }], gap.why)
  }
  return gap
}

function count(node: NodeOf<'pre'> | NodeOf<'post'>, scope: Scope): Value {
  const before = evaluate(node.what, scope)
  const after = arithmetic(node.type, before, 1, node, scope)
  assignTo(node.what, after, scope)
  return node.kind === 'pre' ? after : before
}

/** The value of an expression of whose paths only PHP knows the one that is taken. */
function either(node: PhpNode, test: Value, paths: readonly (() => Value)[], scope: Scope): Value {
  const why = decided(node, test, scope)
  const [first = null, ...others] = scope.fork(why, paths)
  return others.every((other) => isSame(first, other)) ? first : { why }
}

function binary(node: NodeOf<'bin'>, scope: Scope): Value {
  const left = evaluate(node.left, scope)
  const right = () => evaluate(node.right, scope)
  switch (node.type) {
    case '??': {
      const known = knownOf(left)
      if (known === undefined) return either(node, left, [() => left, right], scope)
      return known === null ? right() : left
    }
    case '||':
    case 'or':
      return logical(node, left, true, right, scope)
    case '&&':
    case 'and':
      return logical(node, left, false, right, scope)
    case '.':
      return concatenated(node, [left, right()], scope)
    case '===':
    case '==':
    case '!==':
    case '!=':
    case '<>':
      return equality(node, left, right(), scope)
    default:
      return arithmetic(node.type, left, right(), node, scope)
  }
}

/** `||` and `&&`: `decisive` is the left side at which the right one is not looked at. */
function logical(
  node: NodeOf<'bin'>,
  left: Value,
  decisive: boolean,
  right: () => Value,
  scope: Scope,
): Value {
  const is = isTrue(left)
  const ofRight = () => {
    const value = right()
    const known = isTrue(value)
    return known === undefined ? value : known
  }
  if (is === decisive) return decisive
  if (is === undefined) return either(node, left, [() => decisive, ofRight], scope)
  return ofRight()
}

function conditional(node: NodeOf<'retif'>, scope: Scope): Value {
  const test = evaluate(node.test, scope)
  const taken = isTrue(test)
  const yes = () => (node.trueExpr ? evaluate(node.trueExpr, scope) : test)
  const no = () => evaluate(node.falseExpr, scope)
  if (taken === undefined) return either(node, test, [yes, no], scope)
  return taken ? yes() : no()
}
