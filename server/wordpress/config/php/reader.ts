import { dirname, isAbsolute, resolve } from 'node:path'
import { fileText, type PhpWorld, textOf } from './environment.ts'
import { assignTo, evaluate } from './expressions.ts'
import { PHP_CONSTANTS } from './functions.ts'
import type { NodeOf, ParsePhp, PhpNode } from './nodes.ts'
import { gapAt, whyAt } from './scope.ts'
import {
  cloneState,
  define,
  joinStates,
  newState,
  type State,
  Store,
  variablesWith,
} from './state.ts'
import { type Ended, Exit, run, Undecided, type Walk } from './statements.ts'
import { isSame, knownOf, type Value, type Why } from './values.ts'
import { writesOf } from './writes.ts'

const mostDepth = 8
const mostSteps = 10_000
/** WordPress itself and Composer's class loader define nothing that is asked for here. */
const neverFollowed = /\/(wp-settings\.php|vendor\/autoload\.php)$/

/**
 * Walks through PHP configuration files in the order in which PHP would run them, and works out the
 * values they set. Of what only a running PHP could know nothing is guessed: where it decides, both ways
 * are gone, and what they do not agree on is a `Gap` that says where.
 *
 * An environment variable that is not set here counts as absent, as for PHP on the command line; what a
 * web server tells of a request is not known.
 */
export class PhpReader implements Walk {
  state: State = newState(PHP_CONSTANTS)
  readonly world: PhpWorld
  readonly #parse: ParsePhp
  readonly #visited = new Set<string>()
  /** The file that is being read, last, after those that include it. */
  readonly #files: string[] = []
  /** Key: name in lower case. */
  readonly #functions = new Map<string, NodeOf<'function'>>()
  readonly #classes: NodeOf<'class'>[] = []
  /** Of each file and function that is running: how it may have ended already, where only PHP knows. */
  #returns: { state: State; value: Value; why: Why }[][] = [[]]
  #steps = 0

  constructor(parse: ParsePhp, world: PhpWorld) {
    this.#parse = parse
    this.world = world
  }

  constant(name: string): Value | undefined {
    return this.state.constants.get(name)
  }

  variable(name: string): Value | undefined {
    return this.state.globals.get(name)
  }

  define(name: string, value: Value): void {
    define(this.state.constants, name, value)
  }

  /** Reads a parsed file, as PHP runs it first. */
  read(file: string, nodes: PhpNode[]): void {
    try {
      this.#readFile(file, nodes)
    } catch (error) {
      if (!(error instanceof Exit)) throw error
    }
  }

  file(): string {
    return this.#files.at(-1) ?? ''
  }

  directory(): string {
    return dirname(this.#files[0] ?? '/')
  }

  evaluate(node: PhpNode): Value {
    return evaluate(node, this)
  }

  assign(left: PhpNode, value: Value): void {
    assignTo(left, value, this)
  }

  exit(): never {
    throw new Exit()
  }

  functionNamed(name: string): NodeOf<'function'> | undefined {
    return this.#functions.get(name)
  }

  fork<T>(why: Why, paths: readonly (() => T)[]): T[] {
    const taken = this.#paths(paths)
    this.state = taken.map(({ state }) => state).reduce((a, b) => joinStates(a, b, why))
    return taken.map(({ result }) => result)
  }

  /** Runs each path from the state of now; those that exit are left out. */
  #paths<T>(paths: readonly (() => T)[]): { state: State; result: T }[] {
    const start = this.state
    const taken = paths.flatMap((path) => {
      this.state = cloneState(start)
      try {
        const result = path()
        return [{ state: this.state, result }]
      } catch (error) {
        if (error instanceof Exit) return []
        throw error
      }
    })
    if (taken.length === 0) throw new Exit()
    return taken
  }

  blur(code: readonly (PhpNode | null)[], why: Why): void {
    const { state } = this
    const writes = writesOf(code, (name) => this.#functions.get(name)?.body ?? undefined)
    for (const name of writes.variables) variablesWith(state, name).blur(why, [name])
    for (const name of writes.constants) state.configured.blur(why, [name])
    for (const name of writes.constants) {
      if (state.constants.get(name) === undefined) state.constants.blur(why, [name])
    }
    if (writes.environment || writes.anything) {
      for (const store of [state.environment, state.env, state.server]) store.blur(why, 'all')
    }
    if (!writes.anything) return
    // What is defined already stays as it is.
    state.constants.rest = { why, mayBeUnset: true }
    state.configured.blur(why, 'all')
    state.globals.blur(why, 'all')
    for (const { variables } of state.frames) variables.blur(why, 'all')
  }

  blurClasses(why: Why): void {
    this.blur(this.#classes, why)
  }

  #readFile(file: string, nodes: PhpNode[]): Value {
    this.#files.push(file)
    this.#visited.add(file)
    try {
      return this.#frame(nodes) ?? 1
    } finally {
      this.#files.pop()
    }
  }

  /** Runs a file or the body of a function, and brings together all ways in which it may end. */
  #frame(nodes: readonly PhpNode[]): Value | undefined {
    const start = this.state
    const returns: { state: State; value: Value; why: Why }[] = []
    const outer = this.#returns
    this.#returns = [...outer, returns]
    try {
      const ended = run(nodes, this)
      let value: Value | undefined = ended?.kind === 'return' ? ended.value : undefined
      for (const { state, value: other, why } of returns) {
        this.state = joinStates(this.state, state, why)
        if (!isSame(value, other)) value = { why }
      }
      return value
    } catch (error) {
      if (!(error instanceof Undecided)) throw error
      this.state = cloneState(start)
      this.blur(nodes, error.why)
      return { why: error.why }
    } finally {
      this.#returns = outer
    }
  }

  declare(node: NodeOf<'function'> | NodeOf<'class'>): void {
    if (node.kind === 'class') {
      this.#classes.push(node)
      return
    }
    const name = node.name.name.toLowerCase()
    if (!this.#functions.has(name)) this.#functions.set(name, node)
  }

  step(node: PhpNode): void {
    this.#steps++
    if (this.#steps > mostSteps) throw new Undecided(whyAt(node, this))
  }

  /** Goes all ways of which PHP takes one. */
  goAll(why: Why, ways: readonly (() => Ended | undefined)[]): Ended | undefined {
    const taken = this.#paths(ways)
    if (taken.some(({ result }) => result !== undefined && result.kind !== 'return')) {
      throw new Undecided(why)
    }
    const goingOn = taken.filter(({ result }) => result === undefined)
    const [first, ...others] = taken.flatMap(({ state, result }) =>
      result?.kind === 'return' ? [{ state, value: result.value, why }] : [],
    )
    const returns = this.#returns.at(-1)
    if (goingOn.length > 0) {
      this.state = goingOn.map(({ state }) => state).reduce((a, b) => joinStates(a, b, why))
      returns?.push(...(first === undefined ? [] : [first]), ...others)
      return undefined
    }
    returns?.push(...others)
    this.state = first?.state ?? this.state
    return { kind: 'return', value: first?.value ?? null }
  }

  attempt(work: () => Ended | undefined, undecided: (error: Undecided) => void): Ended | undefined {
    const start = this.state
    const returns = this.#returns.at(-1)
    const returned = returns?.length ?? 0
    this.state = cloneState(start)
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Undecided)) throw error
      if (returns !== undefined) returns.length = returned
      this.state = start
      undecided(error)
      return undefined
    }
  }

  callFunction(node: NodeOf<'function'>, args: readonly PhpNode[]): Value {
    this.step(node)
    const variables = new Store()
    const names = node.arguments.map(({ name }) => name.name)
    const given = new Map<string, PhpNode>()
    for (const [index, arg] of args.entries()) {
      const isNamed = arg.kind === 'namedargument'
      const name = isNamed ? arg.name : names[index]
      if (name !== undefined) given.set(name, isNamed ? arg.value : arg)
    }
    const isOdd = node.arguments.some(({ variadic }) => variadic) || node.byref
    if (isOdd || this.state.frames.length > 2 * mostDepth) {
      for (const arg of args) evaluate(arg, this)
      this.blur([node.body, ...args], whyAt(node, this))
      return gapAt(node, this)
    }
    for (const { name, value } of node.arguments) {
      const from = given.get(name.name) ?? value
      if (from !== null) variables.set(name.name, evaluate(from, this))
    }
    this.state.frames = [...this.state.frames, { variables, globals: new Set() }]
    const result = this.#frame(node.body?.kind === 'block' ? node.body.children : [])
    const after = this.state.frames.at(-1)?.variables
    this.state.frames = this.state.frames.slice(0, -1)
    for (const { name, byref } of node.arguments) {
      const place = byref ? given.get(name.name) : undefined
      if (place !== undefined) assignTo(place, after?.get(name.name) ?? null, this)
    }
    return result ?? null
  }

  include(node: NodeOf<'include'>, target: Value): Value {
    const path = textOf(target)
    if (path === undefined) return this.#skip(node)
    const places = isAbsolute(path)
      ? [path]
      : [this.directory(), dirname(this.file())].map((folder) => resolve(folder, path))
    const file = places.map((place) => resolve(place)).find((place) => this.world.exists(place))
    if (file === undefined || neverFollowed.test(path)) return false
    if (neverFollowed.test(file)) return false
    if (node.once && this.#visited.has(file)) return true
    if (this.#files.length > mostDepth) return this.#skip(node)
    const code = fileText(file, this.world)
    const nodes = code === undefined ? undefined : this.#parse(code, 'file')
    return Array.isArray(nodes) ? this.#readFile(file, nodes) : this.#skip(node)
  }

  /** `eval`: how the Docker image takes `WORDPRESS_CONFIG_EXTRA`. */
  runCode(node: PhpNode, code: Value): Value {
    const known = knownOf(code)
    const nodes = typeof known === 'string' ? this.#parse(known, 'eval') : undefined
    return Array.isArray(nodes) ? (this.#frame(nodes) ?? null) : this.#skip(node)
  }

  #skip(node: PhpNode): Value {
    this.blur([node], whyAt(node, this))
    return gapAt(node, this)
  }
}
