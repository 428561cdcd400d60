import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

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
  readonly line: number
  readonly operator: string
  readonly before: string
  readonly code: string
}

/** Every mutant of compiled code. */
function mutantsOf(code: string): Mutant[] {
  return operators.flatMap(([operator, from, to]) =>
    [...code.matchAll(from)].flatMap((match) => {
      const before = code.slice(0, match.index)
      const line = before.split('\n').length
      const text = code.split('\n')[line - 1]?.trim() ?? ''
      if (/^(\*|\/\/|\/\*|import )/.test(text)) return []
      const changed = match[0].replace(new RegExp(from.source, from.flags.replace('g', '')), to)
      const whole = from.source.includes('(?<=') ? `${match[1]} * 10;` : changed
      const after = code.slice(match.index + match[0].length)
      return [{ line, operator, before: text, code: before + whole + after }]
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
const mostTests = 3
const mostMs = 120_000

function passes(tests: readonly string[]): boolean {
  return tests.every(
    (each) => spawnSync(process.execPath, ['--test', each], { timeout: mostMs }).status === 0,
  )
}

/** Any number of mutants, evenly spread. */
function sample<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most)
  return Array.from(
    { length: Math.min(all.length, most) },
    (_, at) => all[Math.floor(at * step)],
  ).filter((each) => each !== undefined)
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const [folder, most = '20'] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('usage: npm run mutants -- <folder or file> [mutants of each file]\n')
  process.exit(2)
}
const importsOf = readImports()
const files = [...importsOf.keys()].filter((file) => file.startsWith(join('build', folder)))
let killed = 0
let survived = 0
for (const file of files) {
  const tests = testsOf(file, importsOf)
  const code = readFileSync(file, 'utf8')
  const mutants = sample(mutantsOf(code), Number(most))
  if (mutants.length === 0) continue
  if (tests.length === 0 || !passes(tests)) {
    say(`${file}: no test passes that imports it (${tests.join(', ')})`)
    continue
  }
  const restore = () => writeFileSync(file, code)
  const interrupted = () => {
    restore()
    process.exit(1)
  }
  process.on('SIGINT', interrupted)
  try {
    for (const { line, operator, before, code: changed } of mutants) {
      writeFileSync(file, changed)
      if (!passes(tests)) {
        killed += 1
        continue
      }
      survived += 1
      say(`${file}:${line} survived: ${operator}: ${before}`)
    }
  } finally {
    restore()
    process.off('SIGINT', interrupted)
  }
}
const rate = ((100 * killed) / Math.max(1, killed + survived)).toFixed(0)
say(`${folder}: ${killed} of ${killed + survived} killed, ${rate} %`)
