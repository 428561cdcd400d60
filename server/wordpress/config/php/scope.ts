import type { PhpWorld } from './environment.ts'
import type { NodeOf, PhpNode } from './nodes.ts'
import type { State } from './state.ts'
import { type Gap, isGap, type Place, type Value, type Why } from './values.ts'

/** What the expressions of a file can see and change. */
export interface Scope {
  state: State
  readonly world: PhpWorld
  /** Works out an expression, with what it does besides. */
  evaluate(node: PhpNode): Value
  /** Sets what stands left of `=`. */
  assign(left: PhpNode, value: Value): void
  /** The file that is being read. */
  file(): string
  /** The folder of the file that was read first, which PHP works in. */
  directory(): string
  /** Takes each path from the same state, and goes on with what they agree on; paths that exit are left out. */
  fork<T>(why: Why, paths: readonly (() => T)[]): T[]
  include(node: NodeOf<'include'>, target: Value): Value
  runCode(node: PhpNode, code: Value): Value
  exit(): never
  /** A function of the configuration; undefined when it has none of that name. */
  functionNamed(name: string): NodeOf<'function'> | undefined
  callFunction(node: NodeOf<'function'>, args: readonly PhpNode[]): Value
  /** After code that may have been run, in part or often: what it sets is not known any more. */
  blur(code: readonly (PhpNode | null)[], why: Why): void
  /** What the methods of the configuration's own classes may set is not known any more. */
  blurClasses(why: Why): void
}

function placeOf(node: PhpNode, scope: Scope): Place {
  return { file: scope.file(), line: node.loc.start.line }
}

/** The value of a node that only PHP could work out. */
export function gapAt(node: PhpNode, scope: Scope): Gap {
  return { why: whyAt(node, scope) }
}

export function whyAt(node: PhpNode, scope: Scope): Why {
  return { kind: 'value', place: placeOf(node, scope), by: wordsOf(node) }
}

/** Why a value is not known after a decision that only PHP could take. */
export function decided(node: PhpNode, test: Value, scope: Scope): Why {
  // What was decided before decides here too.
  if (isGap(test) && test.why.kind === 'decides') return test.why
  const origin = isGap(test) && test.why.kind === 'value' ? test.why.by : undefined
  return { kind: 'decides', place: placeOf(node, scope), by: origin ?? wordsOf(node) }
}

/** A piece of code for a message; what could hold a secret, as an argument, is left out. */
function wordsOf(node: PhpNode): string | undefined {
  switch (node.kind) {
    case 'variable':
      return typeof node.name === 'string' ? `$${node.name}` : undefined
    case 'name':
      return node.name
    case 'call':
      return node.what.kind === 'name' ? `${node.what.name}()` : undefined
    case 'offsetlookup': {
      const holder = wordsOf(node.what)
      const key = node.offset !== false && node.offset.kind === 'string' ? node.offset.value : ''
      return holder?.startsWith('$_') === true && /^\w+$/.test(key) ? `${holder}['${key}']` : holder
    }
    default:
      return undefined
  }
}

/** Namespaces play no part: `\define` and `Roots\WPConfig\Config` are known by their last name. */
export function lastName(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1)
}
