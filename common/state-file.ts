import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'

/**
 * Reads a file that outlives restarts.
 *
 * @param onDamaged told when it could not be understood; it has been set aside then. Who leaves it out only
 *   looks: the file stays where it is
 */
export async function readState<const Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
  onDamaged?: (file: string) => void,
): Promise<v.InferOutput<Schema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const state = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (state.success) return state.output
  if (onDamaged === undefined) return undefined
  await rename(file, `${file}.damaged`).catch(() => undefined)
  onDamaged(file)
  return undefined
}

/**
 * Writes such a file aside and renames it: a power cut leaves the old one or the new, never half. The draft
 * has the name of the machine, and of the process on it, so that two of them never write into one.
 */
export async function writeState(file: string, state: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${hostname()}.${process.pid}.new`
  const handle = await open(draft, 'w')
  try {
    await handle.writeFile(JSON.stringify(state))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}

/** Removes the drafts that processes have left which ended while they wrote. */
export async function sweepDrafts(file: string): Promise<void> {
  const names = await readdir(dirname(file)).catch(() => [])
  const start = `${basename(file)}.${hostname()}.`
  for (const name of names) {
    if (!name.startsWith(start) || !name.endsWith('.new')) continue
    if (isAlive(Number(name.slice(start.length, -'.new'.length)))) continue
    await rm(join(dirname(file), name), { force: true }).catch(() => undefined)
  }
}

/** Whether a process of this machine runs; of one that is another user's it is not told, so it does. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
