import { join } from 'node:path'
import { parse } from 'dotenv'
import { unset, type Value } from './values.ts'

/** What reading a configuration may look at. */
export type PhpWorld = {
  env: Readonly<Record<string, string | undefined>>
  readFile: (file: string) => string
  exists: (file: string) => boolean
}

const WORDS = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** The environment as the configuration sees it: the real one, and over it `.env` files. */
export class PhpEnvironment {
  readonly #world: PhpWorld
  /** Values of `.env` files, by variable. */
  readonly #loaded = new Map<string, string>()

  constructor(world: PhpWorld) {
    this.#world = world
  }

  get(name: string): string | undefined {
    return this.#world.env[name] ?? this.#loaded.get(name)
  }

  /**
   * Loads `.env` files as phpdotenv's immutable repositories do: a variable of the real environment
   * stays, and among the files the later wins, so `.env.local` goes before `.env`
   * (vlucas/phpdotenv, `ImmutableWriter`: what it has loaded itself it may write again).
   */
  load(dir: string, names: string[]): void {
    for (const file of names.map((name) => join(dir, name)).filter(this.#world.exists)) {
      const content = this.fileText(file) ?? ''
      for (const [name, text] of Object.entries(parse(content))) {
        const quote = new RegExp(`^\\s*(export\\s+)?${name}\\s*=\\s*(["'])`, 'm').exec(content)?.[2]
        this.#loaded.set(name, quote === "'" ? text : this.#expand(text, quote === '"'))
      }
    }
  }

  /** What phpdotenv does besides: `${NAME}`, and `\"`, `\$` and `\\` between double quotes. */
  #expand(text: string, escapes: boolean): string {
    return text.replace(/\\(["$\\])|\$\{([\w.]+)\}/g, (whole, escaped?: string, name = '') =>
      escaped && escapes ? escaped : (this.get(name) ?? whole),
    )
  }

  /** `Dotenv::create...([repository,] directory [, names [, shortCircuit]])`; true: first file only. */
  loadLike(args: Value[]): void {
    const at = args.findIndex((arg) => typeof arg === 'string')
    const dir = args[at]
    if (typeof dir !== 'string') return
    const given = args[at + 1]
    const list = given instanceof Map ? [...given.values()] : [given ?? '.env']
    const names = list.filter((name) => typeof name === 'string')
    const present = names.filter((name) => this.#world.exists(join(dir, name)))
    this.load(dir, args[at + 2] === false ? present : present.slice(0, 1))
  }

  /** The helper of the official Docker image: `NAME_FILE`, then `NAME`, then the default. */
  docker(name: string, fallback: Value): Value {
    const secret = this.get(`${name}_FILE`)
    if (!secret) return this.get(name) ?? fallback
    const text = this.fileText(secret)?.replace(/[\r\n]+$/, '')
    return text ?? { reason: `the file that ${name}_FILE names, which cannot be read` }
  }

  /** Bedrock's `env()` (oscarotero/env), which also turns words into values and strips quotes. */
  bedrock(name: string): Value {
    const text = this.get(name)
    if (text === undefined) return unset(name, null)
    const word = WORDS.get(text.toLowerCase())
    return word === undefined ? text.replace(/^(["'])(.*)\1$/s, '$2') : word
  }

  fileText(file: string): string | undefined {
    try {
      return this.#world.readFile(file)
    } catch {
      return undefined
    }
  }
}
