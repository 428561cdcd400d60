import { type Gap, isGap, isSame, type Value, type Why } from './values.ts'

/** Named values. What is not among them is absent, or `rest` where something unknown may have set it. */
export class Store {
  readonly known: Map<string, Value>
  rest: Gap | undefined
  /** What is bound to another name by reference, and may change with it at any time. */
  readonly bound: Map<string, Gap>

  constructor(
    known: ReadonlyMap<string, Value> = new Map(),
    rest?: Gap,
    bound: ReadonlyMap<string, Gap> = new Map(),
  ) {
    this.known = new Map(known)
    this.rest = rest
    this.bound = new Map(bound)
  }

  get(name: string): Value | undefined {
    const found = this.bound.get(name) ?? this.known.get(name)
    return found === undefined ? this.rest : found
  }

  set(name: string, value: Value): void {
    this.known.set(name, value)
  }

  clone(): Store {
    return new Store(this.known, this.rest, this.bound)
  }

  /** After something that may have set these names, all of them where none are given. */
  blur(why: Why, names: Iterable<string> | 'all'): void {
    if (names === 'all') this.rest = { why, mayBeUnset: true }
    for (const name of names === 'all' ? this.known.keys() : names) {
      const before = this.get(name)
      const mayBeUnset = before === undefined || (isGap(before) && before.mayBeUnset === true)
      this.known.set(name, mayBeUnset ? { why, mayBeUnset } : { why })
    }
  }
}

/** What two paths agree on; the rest is decided by something that only PHP knows. */
function joined(a: Store, b: Store, why: Why): Store {
  const store = new Store(undefined, a.rest ?? b.rest, new Map([...a.bound, ...b.bound]))
  for (const name of new Set([...a.known.keys(), ...b.known.keys()])) {
    const [left, right] = [a.get(name), b.get(name)]
    if (left !== undefined && isSame(left, right)) {
      store.set(name, left)
      continue
    }
    const isEver = [left, right].every(
      (value) => value !== undefined && !(isGap(value) && value.mayBeUnset === true),
    )
    store.set(name, isEver ? { why } : { why, mayBeUnset: true })
  }
  return store
}

/** What a called function sees: its own variables, and globals that it names. */
interface Frame {
  readonly variables: Store
  readonly globals: Set<string>
}

/** All that a configuration can change. */
export interface State {
  readonly constants: Store
  /** Bedrock's `Config`, which collects and defines at `Config::apply()`. */
  readonly configured: Store
  readonly globals: Store
  /** Functions that are running, the innermost last. */
  frames: readonly Frame[]
  /** What `getenv()` gives where that is not the environment of the process. */
  readonly environment: Store
  readonly env: Store
  readonly server: Store
}

export function newState(constants: ReadonlyMap<string, Value>): State {
  return {
    constants: new Store(constants),
    configured: new Store(),
    globals: new Store(),
    frames: [],
    environment: new Store(),
    env: new Store(),
    server: new Store(),
  }
}

const cloneFrame = ({ variables, globals }: Frame): Frame => ({
  variables: variables.clone(),
  globals: new Set(globals),
})

export function cloneState(state: State): State {
  return {
    constants: state.constants.clone(),
    configured: state.configured.clone(),
    globals: state.globals.clone(),
    frames: state.frames.map(cloneFrame),
    environment: state.environment.clone(),
    env: state.env.clone(),
    server: state.server.clone(),
  }
}

/** The state after two paths of which only PHP knows the one that is taken. */
export function joinStates(a: State, b: State, why: Why): State {
  return {
    constants: joined(a.constants, b.constants, why),
    configured: joined(a.configured, b.configured, why),
    globals: joined(a.globals, b.globals, why),
    frames: a.frames.map((frame, index) => {
      const other = b.frames[index] ?? frame
      return {
        variables: joined(frame.variables, other.variables, why),
        globals: new Set([...frame.globals, ...other.globals]),
      }
    }),
    environment: joined(a.environment, b.environment, why),
    env: joined(a.env, b.env, why),
    server: joined(a.server, b.server, why),
  }
}

/** Where a variable of this name stands at this moment. */
export function variablesWith(state: State, name: string): Store {
  const frame = state.frames.at(-1)
  return frame === undefined || frame.globals.has(name) ? state.globals : frame.variables
}

/** PHP's `define()`: the first definition stays. */
export function define(constants: Store, name: string, value: Value): void {
  const before = constants.get(name)
  if (before === undefined) constants.set(name, value)
  else if (isGap(before) && before.mayBeUnset === true) constants.set(name, { why: before.why })
}
