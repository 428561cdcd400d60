import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { messageOf, UsageError } from '../../common/errors.ts'
import { parseIntelHex } from '../../hardware/arduino/intel-hex.ts'

/** What an Optiboot of 512 bytes leaves of the flash; the boot loader of an old Nano takes 2 kB. */
const mostProgramBytes = 0x7e00

/**
 * The program for an Arduino: the counter's firmware, or that of a file.
 *
 * @throws UsageError when the file cannot be read, FatalError when it is no program
 */
export async function programOf(hex: string | undefined): Promise<Uint8Array> {
  const own = new URL('../hardware/arduino/visitor-counter.hex', import.meta.url)
  const file = hex ?? fileURLToPath(own)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--hex: ${messageOf(error)}`)
  })
  return parseIntelHex(text, file, mostProgramBytes)
}
