import type { PhpNode } from './nodes.ts'

/** What a piece of code may set: names, or all of them. */
export interface Writes {
  readonly variables: Set<string>
  readonly constants: Set<string>
  /** Something that could set anything, as `include`, `eval` or `extract()`. */
  anything: boolean
  /** Whether it may set a variable of the environment, by any of PHP's ways. */
  environment: boolean
  /** Whether it may leave the function or the file that it stands in, and PHP goes on. */
  leaves: boolean
}

/** PHP's functions that write to a variable that they are given. */
const byReference = new Set(
  'preg_match preg_match_all parse_str sscanf settype exec system passthru openssl_sign similar_text array_push array_pop array_shift array_unshift array_splice array_walk array_multisort sort rsort usort uasort uksort asort arsort ksort krsort shuffle end reset next prev each is_callable getopt dns_get_mx headers_sent'.split(
    ' ',
  ),
)

/** Whether a called function may write to the variables it is given; of one that is PHP's own this is known. */
export function writesToArguments(name: string): boolean {
  return name === '' || byReference.has(name)
}

/**
 * What code may set when it is run any number of times, also in part; the bodies of functions it calls
 * included.
 *
 * @param bodyOf the body of a function of the configuration, by lower-case name
 */
export function writesOf(
  code: readonly (PhpNode | null)[],
  bodyOf: (name: string) => PhpNode | undefined,
): Writes {
  const writes: Writes = {
    variables: new Set(),
    constants: new Set(),
    anything: false,
    environment: false,
    leaves: false,
  }
  const entered = new Set<string>()
  const queue: unknown[] = [...code]
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (typeof node !== 'object' || node === null) continue
    if (isNode(node)) write(node, writes, enter)
    queue.push(
      ...Object.values(node).filter((inner) => typeof inner === 'object' && inner !== null),
    )
  }
  return writes

  function enter(name: string): void {
    const body = entered.has(name) ? undefined : bodyOf(name)
    entered.add(name)
    if (body !== undefined) queue.push(body)
  }
}

function isNode(node: object): node is PhpNode {
  return 'kind' in node
}

function write(node: PhpNode, writes: Writes, enter: (name: string) => void): void {
  for (const target of targetsOf(node)) writeTo(target, writes)
  if (node.kind === 'constantstatement') {
    for (const { name } of node.constants) writes.constants.add(name.name)
  }
  if (node.kind === 'include' || node.kind === 'eval') writes.anything = true
  if (node.kind === 'return' || node.kind === 'goto') writes.leaves = true
  if (node.kind === 'call') writeByCall(node, writes, enter)
}

/** What a node itself assigns to. */
function targetsOf(node: PhpNode): readonly (PhpNode | null)[] {
  switch (node.kind) {
    case 'assign':
      return [node.left]
    case 'assignref':
      return [node.left, node.right]
    case 'pre':
    case 'post':
      return [node.what]
    case 'foreach':
      return [node.key, node.value, node.source]
    case 'global':
      return node.items
    case 'unset':
      return node.variables
    case 'static':
      return node.variables.map(({ variable }) => variable)
    case 'closure':
      return node.uses.filter(({ byref }) => byref === true)
    default:
      return []
  }
}

function writeByCall(
  { what, arguments: args }: Extract<PhpNode, { kind: 'call' }>,
  writes: Writes,
  enter: (name: string) => void,
): void {
  const full = what.kind === 'name' ? what.name : ''
  const name = full.slice(full.lastIndexOf('\\') + 1).toLowerCase()
  const isConfig = what.kind === 'staticlookup'
  if (name === 'define' || isConfig) {
    const [first] = args
    if (first?.kind === 'string') writes.constants.add(first.value)
    else if (name === 'define') writes.anything = true
  }
  if (name === 'putenv' || isConfig) writes.environment = true
  if (name === 'extract') writes.anything = true
  if (writesToArguments(name)) for (const arg of args) writeTo(arg, writes)
  // By a function of its own a callback may be called.
  for (const arg of args) if (arg.kind === 'string') enter(arg.value.toLowerCase())
  enter(name)
}

function writeTo(target: PhpNode | null, writes: Writes): void {
  if (target === null) return
  if (target.kind === 'list' || target.kind === 'array') {
    for (const item of target.items) writeTo(item?.value ?? null, writes)
    return
  }
  let root: PhpNode = target
  while (root.kind === 'offsetlookup' || root.kind === 'propertylookup') root = root.what
  if (root.kind !== 'variable') return
  if (typeof root.name !== 'string' || root.name === 'GLOBALS') writes.anything = true
  else if (root.name === '_ENV' || root.name === '_SERVER') writes.environment = true
  else writes.variables.add(root.name)
}
