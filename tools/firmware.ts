import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

// This file runs from build/tools/.
const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'hardware', 'arduino')

const flags = [
  '-std=gnu++14',
  '-mmcu=atmega328p',
  '-DF_CPU=16000000UL',
  '-Os',
  '-flto',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-threadsafe-statics',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wl,--gc-sections',
]

/** Where the program is that is checked in, and beside it what made it. */
export const hexPath = join(folder, 'visitor-counter.hex')
export const compilerPath = join(folder, 'visitor-counter.compiler.txt')

/**
 * Compiles the Arduino's firmware.
 *
 * @param into a folder for what comes out
 * @returns its path as Intel HEX and as ELF
 * @throws Error with what the compiler says, or that there is none
 */
export function buildFirmware(into: string): { readonly hex: string; readonly elf: string } {
  const sources = readdirSync(join(folder, 'firmware'))
    .filter((name) => name.endsWith('.cpp'))
    .sort()
  const elf = join(into, 'visitor-counter.elf')
  const hex = join(into, 'visitor-counter.hex')
  // In their folder, so that no path of this machine gets into the program.
  run('avr-g++', [...flags, ...sources, '-o', elf], join(folder, 'firmware'))
  run('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, hex], into)
  return { hex, elf }
}

/** The versions that the bytes of the program hang on, a line each. */
export function compilerVersion(): string {
  const gcc = run('avr-g++', ['-dumpversion'], root).trim()
  const binutils = run('avr-ld', ['--version'], root).split('\n')[0]?.replace(/^.* /, '')
  const libc = run('avr-g++', ['-E', '-P', '-mmcu=atmega328p', '-x', 'c++', '-'], root, version)
    .trim()
    .split('\n')
    .at(-1)
    ?.replaceAll('"', '')
  return `avr-gcc ${gcc}\navr-binutils ${binutils}\navr-libc ${libc}\n`
}

const version = '#include <avr/version.h>\n__AVR_LIBC_VERSION_STRING__\n'

/** What the program takes of the chip, in bytes. */
export function sizeOf(elf: string): { readonly flash: number; readonly ram: number } {
  const [, numbers = ''] = run('avr-size', [elf], root).split('\n')
  const [text = 0, data = 0, bss = 0] = numbers.trim().split(/\s+/).map(Number)
  return { flash: text + data, ram: data + bss }
}

function run(program: string, parameters: readonly string[], cwd: string, input = ''): string {
  try {
    return execFileSync(program, parameters, { cwd, input, encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(`${program} is not installed; npm run setup brings it`)
    }
    throw error
  }
}
