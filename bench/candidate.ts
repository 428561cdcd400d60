import { type ChildProcess, spawn } from 'node:child_process'
import { freePort } from '../test/support/mariadb.ts'
import { endProgram } from '../test/support/program.ts'

/** Something that answers the same question, in processes of its own. */
export interface Candidate {
  readonly name: string
  /** Sent with each request, as `Name: value`. */
  readonly header?: string
  start(): Promise<Server>
}

export interface Server {
  readonly url: string
  /** Ids of all processes whose work an answer costs. */
  pids(): readonly number[]
  stop(): Promise<void>
}

/** A Node program as a server; resolves when it answers. */
export async function startNode(
  program: string,
  args: (port: number) => readonly string[],
  path: string,
): Promise<Server> {
  const port = await freePort()
  const child = spawn(process.execPath, [program, ...args(port)], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}${path}`
  await answering(url, child)
  return {
    url,
    pids: () => (child.pid === undefined ? [] : [child.pid]),
    stop: () => endProgram(child, 'SIGINT'),
  }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server of ${url} has ended`)
    const answer = await fetch(url).catch(() => undefined)
    await answer?.text()
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
