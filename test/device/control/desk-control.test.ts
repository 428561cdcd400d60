import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { parseBrokerUrl } from '../../../common/mqtt/address.ts'
import { deskTopics } from '../../../common/mqtt/topics.ts'
import type { Command } from '../../../device/control/command.ts'
import { DeskControl } from '../../../device/control/desk-control.ts'
import { recordingLog } from '../../support/log.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { until } from '../../support/until.ts'

/**
 * A broker of MQTT 3.1.1 for one client that says back all that it hears: real ones send what they have
 * retained first, but clusters need not.
 */
async function startEcho(t: TestContext) {
  let socket: Socket | undefined
  const packet = (head: number, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts)
    const length = body.length < 128 ? [body.length] : [(body.length % 128) + 128, body.length >> 7]
    socket?.write(Buffer.concat([Buffer.from([head, ...length]), body]))
  }
  const words = (text: string) => {
    const bytes = Buffer.from(text)
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
  }
  const say = (topic: string, payload: string, isRetained = false) =>
    packet(isRetained ? 0x31 : 0x30, words(topic), Buffer.from(payload))
  const heard: Map<string, string> = new Map()
  const hear = (head: number, body: Buffer) => {
    switch (head >> 4) {
      case 1:
        packet(0x20, Buffer.from([0, 0]))
        break
      case 3: {
        const end = 2 + body.readUInt16BE(0)
        const topic = String(body.subarray(2, end))
        const payload = String(body.subarray(end + 2))
        packet(0x40, body.subarray(end, end + 2))
        heard.set(topic, payload)
        say(topic, payload)
        break
      }
      case 8: {
        const granted: number[] = []
        for (let at = 2; at < body.length; at += 3 + body.readUInt16BE(at)) granted.push(1)
        packet(0x90, body.subarray(0, 2), Buffer.from(granted))
      }
    }
  }
  const { port } = await startTcp(t, (connection) => {
    socket = connection
    let bytes = Buffer.alloc(0)
    connection.on('data', (more) => {
      bytes = Buffer.concat([bytes, Buffer.from(more)])
      while (bytes.length > 2) {
        const [head = 0, first = 0, second = 0] = bytes
        const [start, length] = first < 128 ? [2, first] : [3, (first & 127) + (second << 7)]
        if (bytes.length < start + length) return
        hear(head, bytes.subarray(start, start + length))
        bytes = bytes.subarray(start + length)
      }
    })
  })
  return { url: `mqtt://127.0.0.1:${port}?protocol=4`, say, heard }
}

test('a command that was retained is never carried out, whenever it comes', async (t) => {
  const { url, say, heard } = await startEcho(t)
  const told: Command[] = []
  const log = recordingLog()
  const control = new DeskControl({
    address: parseBrokerUrl(url, '--mqtt'),
    name: 'kitchen',
    id: 'a1',
    discovery: undefined,
    readings: [],
    counts: undefined,
    random: () => 0,
    log,
  })
  control.start((command) => told.push(command))
  t.after(() => control.stop())
  await until('it is online', () => heard.get(deskTopics.status('kitchen')) === 'online')
  const brightness = deskTopics.command('kitchen', 'brightness')
  say(brightness, '1', true)
  say(brightness, 'bad', true)
  say(brightness, '')
  say(brightness, '2')
  await until('a command', () => told.length > 0)
  assert.deepEqual(told, [{ do: 'light', level: 2 }])
  assert.ok(!log.lines.some((line) => line.includes('not allowed')))
  for (const payload of ['bad', 'bad', 'bad', 'worse']) say(brightness, payload)
  await until('the last', () => log.lines.some((line) => line.includes('worse')))
  assert.equal(log.lines.filter((line) => line.includes('not allowed')).length, 2)
  say(brightness.replace('brightness', 'brightnes'), '3')
  await until('a hint', () => log.lines.some((line) => line.includes('did you mean brightness?')))
  assert.equal(told.length, 1)
})
