import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Something that answers the same question, in processes of its own. */
export interface Candidate {
  readonly name: string
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
    async stop() {
      child.kill('SIGINT')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
