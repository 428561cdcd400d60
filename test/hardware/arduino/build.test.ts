import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseIntelHex } from '../../../hardware/arduino/intel-hex.ts'
import {
  buildFirmware,
  compilerPath,
  compilerVersion,
  hexPath,
  sizeOf,
} from '../../../tools/firmware.ts'
import { Bench } from '../../support/uno.ts'

const mostFlashBytes = 12_000
const mostRamBytes = 1200

test('the sources give the program that is checked in, which fits the chip with room to spare', (t) => {
  const into = mkdtempSync(join(tmpdir(), 'firmware-'))
  t.after(() => rmSync(into, { recursive: true }))
  const { hex, elf } = buildFirmware(into)
  const { flash, ram } = sizeOf(elf)
  assert.ok(flash <= mostFlashBytes, `${flash} bytes of flash`)
  assert.ok(ram <= mostRamBytes, `${ram} bytes of RAM`)

  const built = readFileSync(hex, 'utf8')
  if (readFileSync(compilerPath, 'utf8') === compilerVersion()) {
    assert.equal(built, readFileSync(hexPath, 'utf8'), 'npm run firmware was forgotten')
    return
  }
  // Another compiler makes other bytes; what they do is the same.
  const boot = (program?: Uint8Array) => {
    const bench = new Bench([], program === undefined ? {} : { program })
    bench.uno.run(100)
    const hello = bench.said
    return [hello, bench.send([0xf0, 0x6b, 0xf7], 60), bench.send([0xf0, 0x69, 0xf7], 60)]
  }
  assert.deepEqual(boot(parseIntelHex(built, hex, 0x7e00)), boot())
})
