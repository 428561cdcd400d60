import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { isQuick } from './measure.ts'

/** All benches one after the other, so that none disturbs another; `--quick` in less than two minutes. */

const benches = [
  ...['footprint', 'visit', 'wire', 'http', 'events', 'database', 'fleet', 'network', 'hostile'],
] as const

let failed = 0
for (const name of benches) {
  const startedMs = performance.now()
  process.stdout.write(`\n== ${name}\n`)
  const args = [join(import.meta.dirname, `${name}.js`), ...(isQuick ? ['--quick'] : [])]
  const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
  if (code !== 0) failed += 1
  process.stdout.write(`   ${Math.round((performance.now() - startedMs) / 1000)} s\n`)
}
process.exitCode = failed === 0 ? 0 : 1
