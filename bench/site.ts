import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from '../test/support/cleanup.ts'
import { databaseUrl, fixture, type Mariadb, startMariadb } from '../test/support/mariadb.ts'

export interface BenchSite {
  /** Of its own, for the state of what is measured. */
  readonly folder: string
  readonly mariadb: Mariadb
  /** What `--database` takes; the database is called `bench`. */
  readonly source: string
}

/** A site that counts with Statify, in a MariaDB of its own. */
export async function startSite(cleanup: Cleanup): Promise<BenchSite> {
  const folder = await mkdtemp(join(tmpdir(), 'counter-bench-'))
  cleanup.after(() => rm(folder, { recursive: true }))
  const mariadb = await startMariadb(cleanup)
  const { dump } = await fixture('statify')
  return { folder, mariadb, source: databaseUrl(await mariadb.create('bench', dump)) }
}
