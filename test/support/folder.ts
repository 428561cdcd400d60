import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that goes when the test ends, also with a program that is still writing to it. */
export async function temporaryFolder(t: { after(end: () => unknown): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'counter-test-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
