import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where no write waits for a disk, on machines that have such a place; for a few small files. */
export const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A folder that goes when the test ends, also with a program that is still writing to it. */
export async function temporaryFolder(
  t: { after(end: () => unknown): void },
  parent = tmpdir(),
): Promise<string> {
  const folder = await mkdtemp(join(parent, 'counter-test-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
