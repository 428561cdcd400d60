import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compile, type Program, root, rules } from '../../support/cpp.ts'

const firmware = join(root, 'hardware/photon/firmware')
const sources = join(root, 'test/hardware/photon')
const options = ['-std=c++17', '-I', join(sources, 'stub'), '-I', rules]

/** The boards that the whole firmware is built for. */
export const platforms = {
  photon: { name: 'a Photon', defines: ['-DPLATFORM_ID=6', '-DSTARTS_AT_MS=0'] },
  // Five seconds before its clock of 32 bits starts again at 0.
  photon2: {
    name: 'a Photon 2',
    defines: ['-DPLATFORM_ID=32', '-DSYSTEM_VERSION_v620', '-DSTARTS_AT_MS=4294962296'],
  },
} as const

/** Compiles the whole firmware with the stand-in for Device OS. */
export function buildDesk(platform: keyof typeof platforms): Promise<Program> {
  const files = [join(sources, 'desk.cpp'), join(firmware, 'application.cpp')]
  return compile('g++', files, [...options, ...platforms[platform].defines])
}

/** How much code and constants the firmware is, built for size and for this machine. */
export async function codeBytes(platform: keyof typeof platforms): Promise<number> {
  const forSize = ['-Os', '-fno-exceptions', '-fno-rtti', '-fno-sanitize=all', '-c']
  const object = await compile(
    'g++',
    [join(firmware, 'application.cpp')],
    [...options, ...forSize, ...platforms[platform].defines],
  )
  try {
    const { stdout } = await promisify(execFile)('size', [object.path])
    return Number(stdout.split('\n')[1]?.trim().split(/\s+/)[0])
  } finally {
    await object.remove()
  }
}
