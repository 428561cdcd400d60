import { dirname, resolve } from 'node:path'
import { PhpEnvironment, type PhpWorld } from './environment.ts'
import { evaluate, gapAt, placeOf, type Scope } from './expressions.ts'
import type { ParsePhp, PhpNode } from './nodes.ts'
import { isEqual, isTrue, PHP_CONSTANTS, toText, type Value } from './values.ts'

const MAX_DEPTH = 8
/** WordPress itself and Composer's class loader define nothing that is asked for here. */
const NEVER_FOLLOWED = /\/(wp-settings\.php|vendor\/autoload\.php)$/

/**
 * Walks through PHP configuration files in the order in which PHP would run them, and works out the
 * values they set. Nothing is executed. Functions, classes and loops are passed over. Of an `if`
 * whose condition only PHP could decide both branches are read, and the first counts more.
 *
 * A variable that is not in the environment counts as absent, as for PHP on the command line; so
 * `if ($_SERVER['HTTP_HOST'] == 'localhost')` takes its `else`.
 */
export class PhpReader {
  /** Includes whose file could not be worked out or read, as "line 3 of /srv/wp-config.php". */
  readonly notFollowed: string[] = []
  readonly #parse: ParsePhp
  readonly #scope: Scope
  readonly #constants = new Map(PHP_CONSTANTS)
  readonly #visited = new Set<string>()
  /** The file that is being read, last, after those that include it. */
  readonly #files: string[] = []

  constructor(parse: ParsePhp, world: PhpWorld) {
    this.#parse = parse
    this.#scope = {
      file: () => this.#files.at(-1) ?? '',
      environment: new PhpEnvironment(world),
      exists: world.exists,
      constant: (name) => this.constant(name),
      define: (name, value) => this.define(name, value),
      assigned: new Map(),
      include: (node, target, once) => this.#include(node, target, once),
      runCode: (node, code) => this.#runCode(node, code),
    }
  }

  constant(name: string): Value | undefined {
    const value = this.#constants.get(name)
    return value === undefined ? this.#scope.assigned.get(`Config::${name}`) : value
  }

  variable(name: string): Value | undefined {
    return this.#scope.assigned.get(`$${name}`)
  }

  /** As in PHP, the first definition stays. */
  define(name: string, value: Value): void {
    if (!this.#constants.has(name)) this.#constants.set(name, value)
  }

  /** Reads a parsed file. What it returns to an `include` is returned. */
  read(file: string, nodes: PhpNode[]): Value {
    this.#files.push(file)
    this.#visited.add(file)
    if (file.endsWith('/config/application.php')) {
      this.#scope.environment.load(dirname(dirname(file)), ['.env', '.env.local'])
    }
    const returned = this.#run(nodes)
    this.#files.pop()
    return returned ?? 1
  }

  /** A value that is not undefined: the file ends here, and returns this. */
  #run(nodes: PhpNode[]): Value | undefined {
    for (const node of nodes) {
      const returned = this.#statement(node)
      if (returned !== undefined) return returned
    }
    return undefined
  }

  #statement(node: PhpNode): Value | undefined {
    switch (node.kind) {
      case 'expressionstatement':
        evaluate(node.expression, this.#scope)
        return undefined
      case 'constantstatement':
        for (const { name, value } of node.constants) {
          this.define(name.name, evaluate(value, this.#scope))
        }
        return undefined
      case 'block':
      case 'namespace':
        return this.#run(node.children)
      case 'try':
        return this.#statement(node.body)
      case 'if':
        return this.#if(node.test, node.body, node.alternate)
      case 'switch':
        return this.#switch(node.test, node.body.children)
      case 'return':
        return node.expr ? evaluate(node.expr, this.#scope) : null
      default:
        return undefined
    }
  }

  #if(test: PhpNode, body: PhpNode, alternate: PhpNode | null): Value | undefined {
    const taken = isTrue(evaluate(test, this.#scope))
    if (taken === true) return this.#statement(body)
    if (taken === false) return alternate ? this.#statement(alternate) : undefined

    const { assigned } = this.#scope
    const before = new Map(assigned)
    this.#statement(body)
    const changed = [...assigned].filter(([name, value]) => before.get(name) !== value)
    if (alternate) this.#statement(alternate)
    for (const [name, value] of changed) assigned.set(name, value)
    return undefined
  }

  /** Passed over when it is not known which case PHP would take. */
  #switch(test: PhpNode, cases: PhpNode[]): Value | undefined {
    const value = evaluate(test, this.#scope)
    const arms = cases.filter((arm) => arm.kind === 'case')
    const matches = arms.map(
      (arm) => arm.test && isEqual(value, evaluate(arm.test, this.#scope), false),
    )
    const from = matches.includes(true) ? matches.indexOf(true) : matches.indexOf(null)
    if (matches.includes(undefined) || from < 0) return undefined
    const nodes = arms.slice(from).flatMap((arm) => arm.body?.children ?? [])
    const end = nodes.findIndex((node) => node.kind === 'break')
    return this.#run(end < 0 ? nodes : nodes.slice(0, end))
  }

  #include(node: PhpNode, target: Value, once: boolean): Value {
    const path = toText(target)
    if (typeof path !== 'string') return this.#skip(node)
    const file = resolve(dirname(this.#scope.file()), path)
    if (once && this.#visited.has(file)) return true
    if (NEVER_FOLLOWED.test(file) || !this.#scope.exists(file)) return false
    if (this.#files.length > MAX_DEPTH) return this.#skip(node)

    const code = this.#scope.environment.fileText(file)
    const nodes = code === undefined ? undefined : this.#parse(code, 'file')
    return Array.isArray(nodes) ? this.read(file, nodes) : this.#skip(node)
  }

  /** `eval`: how the Docker image takes `WORDPRESS_CONFIG_EXTRA`. */
  #runCode(node: PhpNode, code: Value): Value {
    const nodes = typeof code === 'string' ? this.#parse(code, 'eval') : undefined
    return Array.isArray(nodes) ? (this.#run(nodes) ?? null) : this.#skip(node)
  }

  #skip(node: PhpNode): Value {
    this.notFollowed.push(placeOf(node, this.#scope))
    return gapAt(node, this.#scope)
  }
}
