import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FirmataMessage, FirmataParser } from '../../../hardware/virtual/firmata-parser.ts'

function parse(chunks: readonly (readonly number[])[]) {
  const messages: FirmataMessage[] = []
  let strayBytes = 0
  const parser = new FirmataParser({
    onMessage: (message) => messages.push(message),
    onStray: (bytes) => {
      strayBytes += bytes
    },
  })
  for (const chunk of chunks) parser.push(Uint8Array.from(chunk))
  return { messages, strayBytes }
}

const brief = (...bytes: number[]) => {
  const { messages, strayBytes } = parse([bytes])
  return { messages: messages.map((m) => [m.command, m.channel, ...m.data]), strayBytes }
}

// Messages as in protocol.md, "Message Types"; of each: command, channel, data.
const cases: [says: string, bytes: number[], messages: number[][], strayBytes: number][] = [
  ['a port message has two data bytes', [0x91, 0x7f, 0x01], [[0x90, 1, 0x7f, 1]], 0],
  ['a report message has one', [0xd2, 1], [[0xd0, 2, 1]], 0],
  ['a version request has none', [0xf9], [[0xf9, 0]], 0],
  ['a sysex carries what is between F0 and F7', [0xf0, 0x6d, 4, 0xf7], [[0xf0, 0, 0x6d, 4]], 0],
  ['there is no running status', [0x90, 1, 0, 2, 0], [[0x90, 0, 1, 0]], 2],
  ['a new command ends an incomplete one', [0xe3, 1, 0xf4, 2, 1], [[0xf4, 3, 2, 1]], 2],
  [
    'a version request inside a message leaves it alone',
    [0x90, 5, 0xf9, 1],
    [
      [0xf9, 0],
      [0x90, 0, 5, 1],
    ],
    0,
  ],
  ['a reset ends what was incomplete', [0x90, 5, 0xff, 1], [[0xff, 0]], 3],
  [
    'a command byte inside a sysex is data',
    [0xf0, 0x71, 0xf9, 0xff, 0xf7],
    [[0xf0, 0, 0x71, 0xf9, 0xff]],
    0,
  ],
  ['an empty sysex is no message', [0xf0, 0xf7], [], 2],
  [
    'an unknown command is a message of one byte',
    [0xf6, 0xa5],
    [
      [0xf6, 0],
      [0xa0, 5],
    ],
    0,
  ],
  ['a data byte without a command is stray', [0x00, 0x7f], [], 2],
]
for (const [says, bytes, messages, strayBytes] of cases) {
  test(says, () => assert.deepEqual(brief(...bytes), { messages, strayBytes }))
}

test('a sysex of 64 bytes is taken, one of 65 is not, as on an Uno', () => {
  const sysex = (length: number) => [0xf0, ...Array(length).fill(0x71), 0xf7]
  assert.equal(parse([sysex(64)]).messages[0]?.data.length, 64)
  assert.deepEqual(parse([sysex(65), [0xf9]]).messages.length, 1)
  assert.equal(parse([sysex(65)]).strayBytes, 67)
})

/** Bytes as they might come: whole messages, pieces of them and noise. */
const stream = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 5 }).map((noise) => [...noise]),
      fc.constantFrom([0xf9], [0x90, 0x04, 0x00], [0xf4, 2, 1], [0xf0, 0x79, 0xf7], [0xe1], [0xf0]),
    ),
  )
  .map((pieces) => pieces.flat())

test('messages do not depend on where the stream is cut', () => {
  fc.assert(
    fc.property(stream, fc.infiniteStream(fc.integer({ min: 1, max: 4 })), (bytes, sizes) => {
      const chunks: number[][] = []
      let rest = bytes
      while (rest.length > 0) {
        const size = sizes.next().value
        chunks.push(rest.slice(0, size))
        rest = rest.slice(size)
      }
      assert.deepEqual(parse(chunks), parse([bytes]))
    }),
  )
})

test('every byte is part of a message or stray', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      // F7 ends an open sysex, FF an open message.
      const closed = [...bytes, 0xf7, 0xff]
      const { messages, strayBytes } = parse([closed])
      const used = messages.map(({ command, data }) => data.length + (command === 0xf0 ? 2 : 1))
      assert.equal(
        used.reduce((sum, count) => sum + count, strayBytes),
        closed.length,
      )
    }),
  )
})
