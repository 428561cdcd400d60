import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { seeded } from '../test/support/seeded.ts'

/** Changes of the code that a test should notice. */
const operators: readonly (readonly [name: string, from: RegExp, to: string])[] = [
  ['equal turned round', / === /g, ' !== '],
  ['unequal turned round', / !== /g, ' === '],
  ['less with equal', / < /g, ' <= '],
  ['more with equal', / > /g, ' >= '],
  ['less without equal', / <= /g, ' < '],
  ['more without equal', / >= /g, ' > '],
  ['and for or', / \|\| /g, ' && '],
  ['or for and', / && /g, ' || '],
  ['minus for plus', / \+ 1\b/g, ' - 1'],
  ['plus for minus', / - 1\b/g, ' + 1'],
  ['least for most', /Math\.max\(/g, 'Math.min('],
  ['most for least', /Math\.min\(/g, 'Math.max('],
  ['up for down', /Math\.floor\(/g, 'Math.ceil('],
  ['ten times a constant', /(?<=^const \w+ = )(\d[\d_]*);/gm, '$1 * 10;'],
  ['true for false', /\bfalse\b/g, 'true'],
  ['false for true', /\btrue\b/g, 'false'],
  ['condition dropped', /\bif \(/g, 'if (true || '],
  ['condition never met', /\bif \(/g, 'if (false && '],
  ['statement dropped', /^ +(?:this\.#?\w+|clearTimeout|\w+\.set|\w+\.push)[^\n=]*\(.*\);$/gm, ';'],
  ['assignment dropped', /^ +this\.#\w+ = [^;\n]*;$/gm, ';'],
]

interface Mutant {
  readonly file: string
  readonly line: number
  readonly operator: string
  readonly before: string
  readonly code: string
}

/** Every mutant of a file of compiled code. */
function mutantsOf(file: string): Mutant[] {
  const code = readFileSync(file, 'utf8')
  return operators.flatMap(([operator, from, to]) =>
    [...code.matchAll(from)].flatMap((match) => {
      const before = code.slice(0, match.index)
      const line = before.split('\n').length
      const text = code.split('\n')[line - 1]?.trim() ?? ''
      if (/^(\*|\/\/|\/\*|import )/.test(text)) return []
      const changed = match[0].replace(new RegExp(from.source, from.flags.replace('g', '')), to)
      const whole = from.source.includes('(?<=') ? `${match[1]} * 10;` : changed
      const after = code.slice(match.index + match[0].length)
      return [{ file, line, operator, before: text, code: before + whole + after }]
    }),
  )
}

/** The tests that import a file, directly or by way of others; those with the shortest way first. */
function testsOf(file: string, importsOf: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set([file])
  for (const each of seen) {
    for (const [other, imports] of importsOf) if (imports.includes(each)) seen.add(other)
  }
  return [...seen].filter((each) => each.endsWith('.test.js')).slice(0, mostTests)
}

function readImports(): Map<string, string[]> {
  const files = readdirSync('build', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join('build', file))
  return new Map(
    files.map((file) => {
      const imports = [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)]
      return [file, imports.map(([, path = '']) => normalize(join(dirname(file), path)))]
    }),
  )
}

/** Of each file so many tests are run, the nearest ones. */
const mostTests = 8
const mostMs = 120_000

/** Waits for its end even where it fails early: it ends the servers that it has started. */
async function passes(test: string): Promise<boolean> {
  const child = spawn(process.execPath, [test], { stdio: 'ignore' })
  const late = setTimeout(() => child.kill(), mostMs)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearTimeout(late)
  return code === 0
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const [folder, most = '40', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('usage: npm run mutants -- <folder or file> [mutants] [seed]\n')
  process.exit(2)
}
const importsOf = readImports()
const random = seeded(Number(seed))
const files = [...importsOf.keys()].filter((file) => file.startsWith(join('build', folder)))
const mutants = files
  .flatMap(mutantsOf)
  .map((mutant) => ({ mutant, place: random() }))
  .sort((a, b) => a.place - b.place)
  .slice(0, Number(most))
  .map(({ mutant }) => mutant)
/** Those that pass without a mutant, the quickest first. Key: file. */
const known = new Map<string, readonly string[]>()
async function quickest(file: string): Promise<readonly string[]> {
  const timed: { test: string; ms: number }[] = []
  for (const test of testsOf(file, importsOf)) {
    const begunMs = performance.now()
    if (await passes(test)) timed.push({ test, ms: performance.now() - begunMs })
    else say(`${test} does not pass without a mutant, and is left out`)
  }
  return timed.sort((a, b) => a.ms - b.ms).map(({ test }) => test)
}

async function kills(tests: readonly string[]): Promise<boolean> {
  for (const test of tests) if (!(await passes(test))) return true
  return false
}

let killed = 0
let survived = 0
say(`${mutants.length} mutants of ${folder}, seed ${seed}`)
for (const { file, line, operator, before, code } of mutants) {
  const tests = known.get(file) ?? (await quickest(file))
  known.set(file, tests)
  const original = readFileSync(file, 'utf8')
  const interrupted = () => {
    writeFileSync(file, original)
    process.exit(1)
  }
  process.on('SIGINT', interrupted)
  try {
    writeFileSync(file, code)
    if (await kills(tests)) killed += 1
    else {
      survived += 1
      const by = tests.length === 0 ? 'no test that imports it passes' : 'survived'
      say(`${file}:${line} ${by}: ${operator}: ${before}`)
    }
  } finally {
    writeFileSync(file, original)
    process.off('SIGINT', interrupted)
  }
}
const rate = ((100 * killed) / Math.max(1, killed + survived)).toFixed(0)
say(`${folder}: ${killed} of ${killed + survived} killed, ${rate} %`)
