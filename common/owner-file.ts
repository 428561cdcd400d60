import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { isAlive } from './state-file.ts'

/** Tells other processes that this one writes a file. */
export interface OwnerFile {
  /** Which process writes the same file, `pid 123 on desk`, where there is one. */
  readonly other: string | undefined
  /** Stays the same after a process that was killed: what that has left elsewhere is ours. */
  readonly id: string
  release(): Promise<void>
}

const isId = /^[0-9a-f-]{36}$/

/**
 * Puts a note beside a file. It only tells: a folder that cannot be written to, or another process that
 * writes, stops no process.
 */
export async function ownFile(file: string): Promise<OwnerFile> {
  const note = `${file}.owner`
  const text = await readFile(note, 'utf8').catch(() => '')
  const [pid = '', host = '', started = '', before = ''] = text.split(' ')
  // Whether a process of another machine still runs, as where containers share a folder, cannot be told.
  const isOther = host === hostname() && Number(pid) !== process.pid && isAlive(Number(pid))
  const other = isOther && started === (await startOf(Number(pid))) ? `process ${pid}` : undefined
  const own = `${process.pid} ${hostname()} ${await startOf(process.pid)}`
  const isOurs = text.startsWith(`${own} `)
  const id = other === undefined && !isOurs && isId.test(before) ? before : randomUUID()
  if (other === undefined) {
    try {
      await mkdir(dirname(file), { recursive: true })
      const handle = await open(note, 'w')
      await handle.writeFile(`${own} ${id}`).finally(() => handle.close())
    } catch {
      // A process that cannot write here cannot damage anything either.
    }
  }
  return {
    other,
    id,
    release: async () => {
      if (other === undefined) await rm(note, { force: true }).catch(() => undefined)
    },
  }
}

/** When a process began, as the kernel counts: after a power cut its number is soon another's. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // Field 22 of proc(5), the 20th after the name.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
