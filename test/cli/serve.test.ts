import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { start } from '../support/command.ts'

test('serve ends at once when it is told to while a database hangs', async (t) => {
  const sockets: Socket[] = []
  const hanging = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  hanging.listen(0, '127.0.0.1')
  await once(hanging, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    hanging.close()
  })
  const { port } = hanging.address() as AddressInfo
  const serve = start(t, [
    ...['serve', '--database', `mysql://u:p@127.0.0.1:${port}/d`, '--port', '0'],
    ...['--state-dir', '/nonexistent'],
  ])
  await once(hanging, 'connection')
  const askedMs = performance.now()
  assert.equal(await serve.end('SIGINT'), 0)
  assert.ok(performance.now() - askedMs < 2000)
})
