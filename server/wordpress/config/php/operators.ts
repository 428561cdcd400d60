import type { NodeOf, PhpNode } from './nodes.ts'
import { gapAt, type Scope } from './scope.ts'
import {
  isIdentical,
  isLoosely,
  type Known,
  made,
  toBool,
  told,
  toNumber,
  toText,
  type Value,
} from './values.ts'

/** `===`, `==` and their opposites. */
export function equality(node: NodeOf<'bin'>, left: Value, right: Value, scope: Scope): Value {
  const compare = node.type.length > 2 ? isIdentical : isLoosely
  return told([left, right], ([a = null, b = null]) => {
    const same = compare(a, b)
    if (same === undefined) return gapAt(node, scope)
    return node.type.startsWith('!') || node.type === '<>' ? !same : same
  })
}

const integerOperators: Readonly<Record<string, (a: number, b: number) => Known | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '%': (a, b) => (b === 0 ? undefined : a % b),
  '|': (a, b) => a | b,
  '&': (a, b) => a & b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** Arithmetic, bits and order, of integers that a double holds exactly; of all else only PHP knows. */
export function arithmetic(
  operator: string,
  left: Value,
  right: Value,
  node: PhpNode,
  scope: Scope,
): Value {
  return made([left, right], ([a = null, b = null]) => {
    const [x, y] = [toNumber(a), toNumber(b)]
    const areTexts = typeof a === 'string' && typeof b === 'string'
    const isPlain = Number.isSafeInteger(x) && Number.isSafeInteger(y) && !areTexts
    if (!isPlain || x === undefined || y === undefined) return gapAt(node, scope)
    const result = integerOperators[operator]?.(x, y)
    const isExact = typeof result === 'boolean' || Number.isSafeInteger(result)
    return result === undefined || !isExact ? gapAt(node, scope) : result
  })
}

/** `!`, and the signs. */
export function unary(node: NodeOf<'unary'>, value: Value, scope: Scope): Value {
  if (node.type === '!') return told([value], ([known = null]) => !toBool(known))
  if (node.type === '-') return arithmetic('-', 0, value, node, scope)
  return node.type === '+' ? arithmetic('+', 0, value, node, scope) : gapAt(node, scope)
}

/** `(int)`, `(string)`, `(bool)`, and what is an array already. */
export function cast(node: NodeOf<'cast'>, value: Value, scope: Scope): Value {
  return made([value], (known) => {
    const [of = null] = known
    if (node.type === 'bool') return toBool(of)
    if (node.type === 'string') return toText(of) ?? gapAt(node, scope)
    if (node.type === 'int') {
      const number = toNumber(of)
      return number === undefined ? gapAt(node, scope) : Math.trunc(number)
    }
    const isArray = node.type === 'array' || node.type === 'object'
    return isArray && of instanceof Map ? of : gapAt(node, scope)
  })
}
