import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import sqlite from 'node-sqlite3-wasm'
import { openSqlite } from '../../../../server/wordpress/database/sqlite.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { endProgram } from '../../../support/program.ts'
import { until } from '../../../support/until.ts'

async function newFile(t: TestContext): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder(t)
  return { folder, file: join(folder, '.ht.sqlite') }
}

const count = { text: 'SELECT COUNT(*) AS n FROM visits', values: [] }
const copies = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('visitor-counter-sqlite-'))

test('a file is read as it changes, and nothing is left beside it or behind', async (t) => {
  const { folder, file } = await newFile(t)
  const before = await copies()
  const writer = new sqlite.Database(file)
  writer.exec('CREATE TABLE visits (day TEXT)')
  const database = openSqlite({ engine: 'sqlite', file })
  const value = async () => (await database.query(count))[0]?.['n']
  assert.equal(await value(), 0)
  for (let visits = 1; visits <= 3; visits += 1) {
    writer.run("INSERT INTO visits VALUES ('2026-10-15')")
    assert.equal(await value(), visits)
  }
  writer.close()
  assert.deepEqual(await readdir(folder), ['.ht.sqlite'])
  // As a program that is stopped while it starts does.
  await Promise.all([database.close(), database.close()])
  await database.close()
  await until('the copy to go', async () => isDeepStrictEqual(await copies(), before))
})

test('a copy that is being made when the database is closed is removed too', async (t) => {
  const { file } = await newFile(t)
  const before = await copies()
  const writer = new sqlite.Database(file)
  writer.exec('CREATE TABLE visits (day TEXT); CREATE TABLE ballast (data BLOB)')
  writer.exec('INSERT INTO ballast VALUES (zeroblob(64000000))')
  writer.close()
  const database = openSqlite({ engine: 'sqlite', file })
  const asked = database.query(count).catch((error: Error) => error.message)
  await until('a copy is begun', async () => !isDeepStrictEqual(await copies(), before))
  await database.close()
  assert.match(String(await asked), /has been closed/)
  await until('the copy to go', async () => isDeepStrictEqual(await copies(), before))
})

test('the copy of a process that was killed is removed by the next one', async (t) => {
  const { file } = await newFile(t)
  const before = await copies()
  const writer = new sqlite.Database(file)
  writer.exec('CREATE TABLE visits (day TEXT)')
  writer.close()
  const module = join(import.meta.dirname, '../../../../server/wordpress/database/sqlite.js')
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { openSqlite } = await import(${JSON.stringify(module)})
      const database = openSqlite({ engine: 'sqlite', file: ${JSON.stringify(file)} })
      await database.query(${JSON.stringify(count)})
      console.log('read')
      setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(() => endProgram(child, 'SIGKILL'))
  await once(child.stdout, 'data')
  await endProgram(child, 'SIGKILL')
  assert.equal((await copies()).length, before.length + 1)
  const database = openSqlite({ engine: 'sqlite', file })
  await database.query(count)
  await database.close()
  await until('both to go', async () => isDeepStrictEqual(await copies(), before))
})

test('a transaction that is under way is waited for, and what it wrote is seen whole or not at all', async (t) => {
  const { file } = await newFile(t)
  const writer = new sqlite.Database(file)
  writer.exec('CREATE TABLE visits (day TEXT)')
  const database = openSqlite({ engine: 'sqlite', file })
  t.after(() => database.close())
  writer.exec('PRAGMA cache_size = 2; BEGIN')
  // More than the cache holds, so that pages are written before the end of the transaction.
  for (let row = 0; row < 2000; row += 1)
    writer.run('INSERT INTO visits VALUES (?)', ['x'.repeat(200)])
  const answer = database.query(count)
  setTimeout(() => {
    writer.exec('COMMIT')
    writer.close()
  }, 30)
  assert.equal((await answer)[0]?.['n'], 2000)
})

test('a write-ahead log is read too', async (t) => {
  const { folder, file } = await newFile(t)
  const maker = new sqlite.Database(file)
  maker.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
  maker.exec("CREATE TABLE visits (day TEXT); INSERT INTO visits VALUES ('a'), ('b')")
  const database = openSqlite({ engine: 'sqlite', file })
  t.after(() => database.close())
  assert.ok((await readdir(folder)).includes('.ht.sqlite-wal'))
  assert.equal((await database.query(count))[0]?.['n'], 2)
  maker.exec("INSERT INTO visits VALUES ('c')")
  assert.equal((await database.query(count))[0]?.['n'], 3)
  maker.close()
})

test('a file that is not there, not a database, or has not the table is told apart', async (t) => {
  const { folder, file } = await newFile(t)
  await assert.rejects(openSqlite({ engine: 'sqlite', file }).query(count), {
    kind: 'refused',
    message: `database ${file}: there is no such file`,
  })
  await writeFile(file, 'this is no database at all, just some text that is long enough to be one')
  await assert.rejects(openSqlite({ engine: 'sqlite', file }).query(count), {
    kind: 'refused',
    message: /not a database/,
  })
  const other = join(folder, 'other.sqlite')
  const maker = new sqlite.Database(other)
  maker.exec('CREATE TABLE t (a)')
  maker.close()
  const database = openSqlite({ engine: 'sqlite', file: other })
  t.after(() => database.close())
  await assert.rejects(database.query(count), { kind: 'schema' })
})

test('the folder of the file need not be writable', async (t) => {
  const { folder, file } = await newFile(t)
  const maker = new sqlite.Database(file)
  maker.exec('CREATE TABLE visits (day TEXT)')
  maker.close()
  await chmod(folder, 0o555)
  const database = openSqlite({ engine: 'sqlite', file })
  const rows = await database.query(count)
  await database.close()
  await chmod(folder, 0o755)
  assert.equal(rows[0]?.['n'], 0)
})
