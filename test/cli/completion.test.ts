import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { run } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { findProgram } from '../support/program.ts'

const exec = promisify(execFile)

test('completion in bash knows the commands and the flags of each', async (t) => {
  const folder = await temporaryFolder(t)
  const script = join(folder, 'visitor-counter')
  await writeFile(script, (await run(t, ['completion', 'bash'])).stdout)
  const complete = async (...words: string[]) => {
    const line = `. '${script}'; COMP_WORDS=(visitor-counter ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _visitor_counter; echo "\${COMPREPLY[*]}"`
    return (await exec(findProgram('bash'), ['-c', line], { cwd: folder })).stdout.trim().split(' ')
  }
  assert.deepEqual(await complete('se'), ['setup', 'serve', 'service'])
  assert.deepEqual(await complete('device', '--digit'), ['--digits', '--digit-order'])
  assert.ok((await complete('serve', '--')).includes('--wp-config'))
  assert.ok(!(await complete('serve', '--')).includes('--board'))
  assert.deepEqual(await complete('serve', '--config', 'vis'), ['visitor-counter'])
})

test('zsh and fish find nothing wrong with their scripts', async (t) => {
  const folder = await temporaryFolder(t)
  for (const shell of ['zsh', 'fish']) {
    const { code, stdout } = await run(t, ['completion', shell])
    assert.equal(code, 0)
    const script = join(folder, shell)
    await writeFile(script, stdout)
    await exec(findProgram(shell), ['-n', script])
    assert.match(stdout, /digit-order/)
  }
})
