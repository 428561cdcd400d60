import { assignTo, evaluate } from './expressions.ts'
import type { NodeOf, PhpNode } from './nodes.ts'
import { decided, gapAt, type Scope, whyAt } from './scope.ts'
import { cloneState, define, variablesWith } from './state.ts'
import { isLoosely, isTrue, knownOf, type Value, type Why } from './values.ts'
import { writesOf } from './writes.ts'

/** How a statement ended, where the next one is not run. */
export type Ended =
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' | 'continue'; readonly levels: number }

/** PHP ends here. */
export class Exit extends Error {}

/** Only PHP knows which statement comes next, so what the loop or the function sets is not known. */
export class Undecided extends Error {
  readonly why: Why
  constructor(why: Why) {
    super('undecided')
    this.why = why
  }
}

/** What statements need of the reader that runs them. */
export interface Walk extends Scope {
  /** @throws Undecided after too many of them */
  step(node: PhpNode): void
  declare(node: NodeOf<'function'> | NodeOf<'class'>): void
  /** Goes all ways of which PHP takes one. */
  goAll(why: Why, ways: readonly (() => Ended | undefined)[]): Ended | undefined
  /** Tries something; what it returned meanwhile is forgotten when that stays undecided. */
  attempt(work: () => Ended | undefined, undecided: (error: Undecided) => void): Ended | undefined
}

/** Runs the statements of a block, in PHP's order. */
export function run(nodes: readonly PhpNode[], walk: Walk): Ended | undefined {
  // PHP knows the functions of a block before it runs it.
  for (const node of nodes) if (node.kind === 'function') walk.declare(node)
  for (const node of nodes) {
    const ended = statement(node, walk)
    if (ended !== undefined) return ended
  }
  return undefined
}

type Loop = NodeOf<'for'> | NodeOf<'while'> | NodeOf<'do'> | NodeOf<'foreach'>

function statement(node: PhpNode | null, walk: Walk): Ended | undefined {
  if (node === null) return undefined
  walk.step(node)
  switch (node.kind) {
    case 'expressionstatement':
      evaluate(node.expression, walk)
      return undefined
    case 'constantstatement':
      for (const { name, value } of node.constants) {
        define(walk.state.constants, name.name, evaluate(value, walk))
      }
      return undefined
    case 'block':
    case 'namespace':
    case 'declare':
      return run(node.children, walk)
    case 'if':
      return ifElse(node, walk)
    case 'switch':
      return switchCase(node, walk)
    case 'try':
      return tryCatch(node, walk)
    case 'for':
    case 'while':
    case 'do':
    case 'foreach':
      return loop(node, walk)
    case 'return':
      return { kind: 'return', value: node.expr ? evaluate(node.expr, walk) : null }
    case 'break':
    case 'continue':
      return {
        kind: node.kind,
        levels: node.level?.kind === 'number' ? Number(node.level.value) : 1,
      }
    case 'echo':
      for (const expression of node.expressions) evaluate(expression, walk)
      return undefined
    case 'global':
      for (const { name } of node.items.filter((item) => item.kind === 'variable')) {
        if (typeof name === 'string') walk.state.frames.at(-1)?.globals.add(name)
      }
      return undefined
    case 'unset':
      for (const target of node.variables) unset(target, walk)
      return undefined
    case 'static':
      for (const { variable } of node.variables) assignTo(variable, gapAt(node, walk), walk)
      return undefined
    case 'throw':
      return walk.exit()
    case 'goto':
      throw new Undecided(whyAt(node, walk))
    case 'class':
      walk.declare(node)
      return undefined
    case 'function':
      walk.declare(node)
      return undefined
    default:
      return undefined
  }
}

function unset(target: PhpNode, walk: Walk): void {
  if (target.kind === 'variable' && typeof target.name === 'string') {
    const store = variablesWith(walk.state, target.name)
    store.known.delete(target.name)
    store.bound.delete(target.name)
  } else {
    assignTo(target, { ...gapAt(target, walk), as: null }, walk)
  }
}

function ifElse(node: NodeOf<'if'>, walk: Walk): Ended | undefined {
  const test = evaluate(node.test, walk)
  const taken = isTrue(test)
  if (taken !== undefined) return statement(taken ? node.body : node.alternate, walk)
  const ways = [node.body, node.alternate].map((way) => () => statement(way, walk))
  return walk.goAll(decided(node.test, test, walk), ways)
}

function switchCase({ test, body }: NodeOf<'switch'>, walk: Walk): Ended | undefined {
  const value = evaluate(test, walk)
  const known = knownOf(value)
  const cases = body.children.filter((arm) => arm.kind === 'case')
  let from = -1
  for (const [index, arm] of cases.entries()) {
    if (arm.test === null) continue
    const other = knownOf(evaluate(arm.test, walk))
    const same = known === undefined || other === undefined ? undefined : isLoosely(known, other)
    if (same === undefined) {
      const whole = cases.flatMap((each) => each.body?.children ?? [])
      const why = decided(test, value, walk)
      const writes = writesOf(whole, () => undefined)
      if (writes.leaves) throw new Undecided(why)
      walk.blur(whole, why)
      return undefined
    }
    if (same) {
      from = index
      break
    }
  }
  if (from < 0) from = cases.findIndex((arm) => arm.test === null)
  if (from < 0) return undefined
  const ended = run(
    cases.slice(from).flatMap((arm) => arm.body?.children ?? []),
    walk,
  )
  return leavingLoop(ended)
}

function tryCatch({ body, catches, always }: NodeOf<'try'>, walk: Walk): Ended | undefined {
  const caught = catches.map((each) => each.body)
  const start = cloneState(walk.state)
  let ended: Ended | undefined
  const why = whyAt(body, walk)
  try {
    ended = statement(body, walk)
    if (mayThrow(body)) walk.blur(caught, why)
  } catch (error) {
    if (!(error instanceof Exit) || !hasThrow(body)) throw error
    walk.state = start
    walk.blur([body, ...caught], why)
  }
  return statement(always, walk) ?? ended
}

function loop(node: Loop, walk: Walk): Ended | undefined {
  return walk.attempt(
    () => (node.kind === 'foreach' ? foreach(node, walk) : repeat(node, walk)),
    (error) => {
      if (writesOf([node], () => undefined).leaves) throw error
      walk.blur([node], error.why)
    },
  )
}

function repeat(
  node: NodeOf<'for'> | NodeOf<'while'> | NodeOf<'do'>,
  walk: Walk,
): Ended | undefined {
  const all = (nodes: readonly PhpNode[]) => nodes.map((each) => evaluate(each, walk)).at(-1)
  if (node.kind === 'for') all(node.init)
  const goesOn = () => {
    const value = node.kind === 'for' ? (all(node.test) ?? true) : evaluate(node.test, walk)
    const is = isTrue(value)
    if (is === undefined) throw new Undecided(decided(node, value, walk))
    return is
  }
  let isFirst = node.kind === 'do'
  while (isFirst || goesOn()) {
    isFirst = false
    walk.step(node)
    const ended = statement(node.body, walk)
    if (ended !== undefined && !isContinue(ended)) return leavingLoop(ended)
    if (node.kind === 'for') all(node.increment)
  }
  return undefined
}

function foreach(node: NodeOf<'foreach'>, walk: Walk): Ended | undefined {
  const source = evaluate(node.source, walk)
  const known = knownOf(source)
  if (node.value.byref === true || !(known instanceof Map)) {
    throw new Undecided(decided(node, source, walk))
  }
  for (const [key, value] of known) {
    assignTo(node.value, value, walk)
    if (node.key !== null) assignTo(node.key, /^\d+$/.test(key) ? Number(key) : key, walk)
    const ended = statement(node.body, walk)
    if (ended !== undefined && !isContinue(ended)) return leavingLoop(ended)
  }
  return undefined
}

function isContinue({ kind, ...ended }: Ended): boolean {
  return kind === 'continue' && 'levels' in ended && ended.levels <= 1
}

/** What a loop or a `switch` that was left leaves besides. */
function leavingLoop(ended: Ended | undefined): Ended | undefined {
  if (ended === undefined || ended.kind === 'return') return ended
  return ended.levels > 1 ? { kind: ended.kind, levels: ended.levels - 1 } : undefined
}

function mayThrow(node: PhpNode): boolean {
  return /"kind":"(call|new|throw)"/.test(JSON.stringify(node, withoutPlaces))
}

function hasThrow(node: PhpNode): boolean {
  return JSON.stringify(node, withoutPlaces).includes('"kind":"throw"')
}

function withoutPlaces(key: string, value: unknown): unknown {
  return key === 'loc' ? undefined : value
}
