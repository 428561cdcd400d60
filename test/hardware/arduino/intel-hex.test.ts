import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIntelHex } from '../../../hardware/arduino/intel-hex.ts'

const end = ':00000001FF'

test('reads the bytes of all records, wherever they stand, and fills gaps as erased flash', () => {
  const text = [':0200020001020304F2', ':020000020001FB', ':01000000AA55', end]
  assert.throws(
    () => parseIntelHex(text.join('\n'), 'a.hex', 100),
    /a\.hex, line 1: the record has another length/,
  )
  const good = [':020002000102F9', ':020000020001FB', ':01000000AA55', end]
  const bytes = parseIntelHex(`${good.join('\r\n')}\r\n`, 'a.hex', 100)
  assert.deepEqual(bytes, Uint8Array.from([0xff, 0xff, 1, 2, ...Array(12).fill(0xff), 0xaa]))
})

const refusals: [name: string, text: string, message: RegExp][] = [
  ['text', 'hello', /: a\.hex, line 1: this is no Intel HEX$/],
  ['a wrong checksum', ':020002000102F8', /line 1: the checksum is wrong; is the file whole\?$/],
  ['a file that is cut off', ':020002000102F9', /a\.hex ends in the midst/],
  ['a program without bytes', end, /there is no program in the file/],
  ['a program that is too large', `:0200FF0001F5\n${end}`, /length than it says/],
  ['a program beyond the flash', `:0200FF000102FC\n${end}`, /larger than the 100 bytes/],
  ['a record for another processor', `:0400000500000000F7\n${end}`, /a record of type 5/],
]
for (const [name, text, message] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parseIntelHex(text, 'a.hex', 100), message)
  })
}
