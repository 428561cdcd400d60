import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './folder.ts'

export type Env = Record<string, string>

/** The real files of `dir`, and none of this machine's sockets. */
export function world(dir: string, env: Env = {}) {
  return {
    env,
    readFile: (file: string) => readFileSync(file, 'utf8'),
    exists: (file: string) => file.startsWith(dir) && existsSync(file),
  }
}

/** A directory with these files. */
export async function tree(t: TestContext, files: Record<string, string>): Promise<string> {
  const dir = await temporaryFolder(t)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  return dir
}

/** The connection that addresses and configurations of these tests name, unless they say otherwise. */
export const plain = {
  engine: 'mysql',
  host: 'db.example',
  port: 3306,
  user: 'reader',
  password: 'pw',
  database: 'blog',
  tls: 'off',
} as const
