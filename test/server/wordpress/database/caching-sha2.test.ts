import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { temporaryFolder } from '../../../support/folder.ts'

/**
 * The greeting of a MySQL 8 whose accounts have caching_sha2_password (MySQL internals, Protocol::
 * HandshakeV10). MariaDB, which the other tests use, has no such accounts.
 */
function greeting(): Buffer {
  const capabilities = 0x00_0f_f7_ff
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.0.36\0'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('saltsalt\0'),
    Buffer.from([capabilities & 0xff, (capabilities >> 8) & 0xff, 45, 2, 0]),
    Buffer.from([(capabilities >> 16) & 0xff, (capabilities >> 24) & 0xff, 21]),
    Buffer.alloc(10),
    Buffer.from('saltsaltsalt\0'),
    Buffer.from('caching_sha2_password\0'),
  ])
  return packet(0, body)
}

function packet(sequence: number, body: Buffer): Buffer {
  const head = Buffer.from([body.length & 0xff, body.length >> 8, 0, sequence])
  return Buffer.concat([head, body])
}

test('a cold cache of caching_sha2_password gets the password over a socket of this machine', async (t) => {
  const socketPath = join(await temporaryFolder(t), 'mysql.sock')
  let resolve: (answer: Buffer) => void = () => undefined
  const answer = new Promise<Buffer>((done) => {
    resolve = done
  })
  const server = createServer((socket: Socket) => {
    let packets = 0
    socket.write(greeting())
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        packets++
        // After the client's scramble: "perform full authentication", as the cache knows nothing of it.
        if (packets === 1) socket.write(packet(2, Buffer.from([1, 4])))
        else resolve(data.subarray(4))
      })
  })
  await new Promise<void>((done) => server.listen(socketPath, done))
  t.after(() => server.close())
  const database = openMysql({
    engine: 'mysql',
    host: 'localhost',
    port: 3306,
    socketPath,
    user: 'u',
    password: 'p w',
    database: 'd',
    tls: 'off',
  })
  const failing = database.query({ text: 'SELECT 1', values: [] }).catch(() => undefined)
  assert.equal((await answer).toString(), 'p w\0')
  await database.close()
  await failing
})
