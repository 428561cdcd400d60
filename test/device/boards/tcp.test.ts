import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { tcpLink } from '../../../device/boards/tcp.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

test('each connection to a board comes from the same port, so that the dead one before it is reset', async (t) => {
  const seen: Socket[] = []
  const ports = new Set<number | undefined>()
  const { port } = await startTcp(t, (socket) => {
    ports.add(socket.remotePort)
    seen.push(socket)
  })
  for (let round = 1; round <= 3; round += 1) {
    const link = tcpLink('127.0.0.1', port)
    await until('a connection', () => seen.length === round)
    link.close(true)
    await until('its end', () => seen.at(-1)?.destroyed === true)
  }
  assert.equal(ports.size, 1)
  const [own] = ports
  assert.ok(own !== undefined && own >= 61_000)
})

test('where that port is taken it comes from another', async (t) => {
  const seen: Socket[] = []
  const { port } = await startTcp(t, (socket) => void seen.push(socket))
  const links = [tcpLink('127.0.0.1', port), tcpLink('127.0.0.1', port)]
  let opened = 0
  for (const { transport } of links) {
    transport.on('open', () => {
      opened += 1
    })
    transport.on('error', (error) => assert.fail(String(error)))
  }
  await until('both', () => opened === 2 && seen.length === 2)
  assert.equal(new Set(seen.map(({ remotePort }) => remotePort)).size, 2)
  for (const link of links) link.close(false)
})
