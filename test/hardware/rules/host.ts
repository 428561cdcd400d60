import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { compile, type Program, root, rules } from '../../support/cpp.ts'
import { temporaryFolder } from '../../support/folder.ts'

const sources = join(root, 'test/hardware/rules')

/** Compiles a program of this folder that needs the rules only. */
export function buildRules(name: 'probe' | 'fuzz', standard = 'c++17'): Promise<Program> {
  return compile('g++', [join(sources, `${name}.cpp`)], [`-std=${standard}`, '-I', rules])
}

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
  const simulate = promisify(execFile)
  const { stderr } = await simulate('simavr', ['-m', 'atmega328p', '-f', '16000000', program.path])
  // It logs each line of the serial port, in colour and with a point for its end.
  return [...stderr.matchAll(/\[32m(.*)\.\n/g)].map(([, answer = '']) => answer)
}
