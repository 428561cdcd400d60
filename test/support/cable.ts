import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { endProgram } from './program.ts'
import { until } from './until.ts'

/** A pseudo-terminal with what listens on a port at its other end, as a USB cable would have it. */
export async function plugIn(t: TestContext, path: string, port: number) {
  const cable = spawn('socat', [`pty,raw,echo=0,link=${path}`, `tcp:127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const pullOut = async () => {
    await endProgram(cable, 'SIGKILL')
    await rm(path, { force: true })
  }
  t.after(pullOut)
  await until('the port', () => existsSync(path))
  return { pullOut }
}
