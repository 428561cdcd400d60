import { FatalError } from '../../common/errors.ts'

// Intel Hexadecimal Object File Format Specification, revision A. Record types: chapter 2.
const DATA = 0x00
const END_OF_FILE = 0x01
const EXTENDED_SEGMENT_ADDRESS = 0x02
const START_SEGMENT_ADDRESS = 0x03

/**
 * The program in an Intel HEX file, from address 0 on; gaps are erased flash (0xff).
 *
 * @param name of the file, for the error
 * @param mostBytes that the chip has room for
 * @throws FatalError that names the file, the line and what is wrong
 */
export function parseIntelHex(text: string, name: string, mostBytes: number): Uint8Array {
  const flash = new Uint8Array(mostBytes).fill(0xff)
  let length = 0
  let base = 0
  const lines = text.split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    const fail = (what: string) => new FatalError(`${name}, line ${index + 1}: ${what}`)
    if (line.trim() === '') continue
    const { type, address, data } = record(line.trim(), fail)
    switch (type) {
      case DATA:
        if (base + address + data.length > mostBytes) {
          throw fail(`the program is larger than the ${mostBytes} bytes that the chip has for it`)
        }
        flash.set(data, base + address)
        length = Math.max(length, base + address + data.length)
        break
      case END_OF_FILE:
        if (length === 0) throw fail('there is no program in the file')
        return flash.slice(0, length)
      case EXTENDED_SEGMENT_ADDRESS:
        base = 16 * (((data[0] ?? 0) << 8) | (data[1] ?? 0))
        break
      case START_SEGMENT_ADDRESS:
        break
      default:
        throw fail(`a record of type ${type} is nothing for this chip`)
    }
  }
  throw new FatalError(`${name} ends in the midst: the record of its end is missing`)
}

function record(line: string, fail: (what: string) => FatalError) {
  if (!/^:(?:[0-9a-f]{2}){5,}$/i.test(line)) throw fail('this is no Intel HEX')
  const bytes = Buffer.from(line.slice(1), 'hex')
  const [count = 0, high = 0, low = 0, type = 0] = bytes
  if (bytes.length !== count + 5) throw fail('the record has another length than it says')
  if (bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0) {
    throw fail('the checksum is wrong; is the file whole?')
  }
  return { type, address: (high << 8) | low, data: bytes.subarray(4, 4 + count) }
}
