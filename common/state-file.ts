import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

/**
 * Reads a file that outlives restarts.
 *
 * @param onDamaged called when the file does not fit the schema; by then it is renamed to `.damaged`
 */
export async function readState<const Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
  onDamaged: (file: string) => void,
): Promise<v.InferOutput<Schema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const state = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (state.success) return state.output
  await rename(file, `${file}.damaged`).catch(() => undefined)
  onDamaged(file)
  return undefined
}

/** Writes such a file aside and renames it: a power cut leaves the old one or the new, never half. */
export async function writeState(file: string, state: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.new`
  const handle = await open(draft, 'w')
  try {
    await handle.writeFile(JSON.stringify(state))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}
