import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { placeOf } from '../../../../cli/place.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { recordingLog } from '../../../support/log.ts'
import { reader, startMariadb } from '../../../support/mariadb.ts'

const one = { text: 'SELECT CURRENT_USER() AS who', values: [] }

test('a wp-config.php is read again when the server refuses what it said, and when it has changed', async (t) => {
  const mariadb = await startMariadb(t)
  const { host, port } = await mariadb.create('blog')
  const wpConfig = join(await temporaryFolder(t), 'wp-config.php')
  const write = (user: string, password: string) =>
    writeFile(
      wpConfig,
      `<?php define('DB_NAME', 'blog'); define('DB_USER', '${user}'); define('DB_PASSWORD', '${password}');
       define('DB_HOST', '${host}:${port}'); $table_prefix = 'wp_';`,
    )
  await write(reader.user, reader.password)
  let nowMs = 0
  const values = {
    wpConfig,
    database: undefined,
    ssh: undefined,
    sshKey: undefined,
    sshKnownHosts: undefined,
    php: false,
    tablePrefix: undefined,
    wordpress: undefined,
    agentKey: undefined,
    source: 'auto',
  }
  const place = await placeOf(
    '',
    values,
    { env: {}, log: recordingLog(), stateDir: '' },
    () => nowMs,
  )
  const database = await place.open(recordingLog())
  t.after(() => database.close())
  const who = async () => String((await database.query(one))[0]?.['who']).replace(/@.*/, '')
  assert.equal(await who(), reader.user)
  assert.equal(await database.tablePrefix?.(), 'wp_')

  // The owner changes the password in both places; connections that are open live on until they end.
  await mariadb.execute(`SET PASSWORD FOR '${reader.user}'@'%' = PASSWORD('n3w')`)
  const [{ id } = { id: 0 }] = await database.query({
    text: 'SELECT CONNECTION_ID() AS id',
    values: [],
  })
  await mariadb.execute(`KILL ${Number(id)}`)
  await assert.rejects(who(), { kind: 'refused' })
  await write(reader.user, 'n3w')
  assert.equal(await who(), reader.user)

  // As a credential of a service it is a copy, which stays as it is.
  await write(reader.user, 'old')
  const copied = await placeOf(
    '',
    values,
    { env: { CREDENTIALS_DIRECTORY: dirname(wpConfig) }, log: recordingLog(), stateDir: '' },
    () => nowMs,
  )
  const refused = await copied.open(recordingLog())
  t.after(() => refused.close())
  await assert.rejects(refused.query(one), {
    kind: 'refused',
    message:
      /user and password.*; .*wp-config\.php is the copy .*: after a change of the file restart it/,
  })
  await write(reader.user, 'n3w')

  // Another user, while the old one still works: seen at the next look at the file.
  await mariadb.execute(
    "CREATE USER other@'%' IDENTIFIED BY 'pw'; GRANT SELECT ON blog.* TO other@'%'",
  )
  await write('other', 'pw')
  assert.equal(await who(), reader.user)
  nowMs += 60_000
  assert.equal(await who(), 'other')

  // A file that has become wrong takes nothing away.
  await writeFile(wpConfig, '<?php define(')
  nowMs += 60_000
  await assert.rejects(who(), /syntax error on line 1/)
  await write('other', 'pw')
  assert.equal(await who(), 'other')
})
