// Builds the program, also when it is installed from its source: what the bundler lists is read only where it fails.
import { spawnSync } from 'node:child_process'

const { status, output } = spawnSync('npm', ['run', '--silent', 'build'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
})
if (status !== 0) process.stderr.write(output.join(''))
process.exitCode = status ?? 1
