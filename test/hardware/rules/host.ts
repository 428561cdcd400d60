import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { Atmega328p } from '../../../hardware/virtual/atmega328p.ts'
import { compile, type Program, root, rules } from '../../support/cpp.ts'
import { temporaryFolder } from '../../support/folder.ts'

const sources = join(root, 'test/hardware/rules')

/** Compiles a program of this folder that needs the rules only. */
export function buildRules(name: 'probe' | 'fuzz', standard = 'c++17'): Promise<Program> {
  return compile('g++', [join(sources, `${name}.cpp`)], [`-std=${standard}`, '-I', rules])
}

/** Of the Uno's time, in which it answers some questions each millisecond. */
const mostMs = 60_000

/** What a simulated Arduino Uno answers to questions of probe.h; 20,000 characters of them fit into it. */
export async function askUno(t: TestContext, questions: readonly string[]): Promise<string[]> {
  const folder = await temporaryFolder(t)
  const lines = questions.map((question) => `  ${JSON.stringify(`${question}\n`)}`).join('\n')
  await writeFile(join(folder, 'questions.h'), `const char questions[] PROGMEM =\n${lines};\n`)
  const program = await compile(
    'avr-g++',
    [join(sources, 'uno.cpp')],
    ['-std=c++14', '-I', rules, '-I', folder],
  )
  t.after(() => program.remove())
  const binary = join(folder, 'program.bin')
  await promisify(execFile)('avr-objcopy', ['-O', 'binary', program.path, binary])
  let said = ''
  const uno = new Atmega328p({
    program: await readFile(binary),
    chips: [],
    onByte: (byte) => {
      said += String.fromCharCode(byte)
    },
  })
  for (let ms = 0; ms < mostMs && said.split('\n').length <= questions.length; ms += 100)
    uno.run(100)
  return said.split('\n').slice(0, -1)
}
