import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FatalError, UsageError } from '../../common/errors.ts'
import { type CommandContext, command } from '../command.ts'
import { programOf } from '../process/arduino-program.ts'
import type { Values } from '../settings/settings.ts'

const names = ['board', 'hex', 'device', 'particleToken', 'particleUrl', 'dryRun'] as const
type Options = Values<(typeof names)[number]>

export const flash = command({
  name: 'flash',
  group: 'Hardware',
  example: 'visitor-counter flash --board serial:/dev/ttyACM0',
  summary:
    "brings the counter's firmware to an Arduino by its port, or to a Photon through the Particle Cloud",
  settings: names,
  async run(values, context) {
    const { board, device } = values
    if (board !== undefined && device !== undefined) {
      throw new UsageError('--board and --device are both given; give one')
    }
    if (device !== undefined) return flashPhoton(device, values, context)
    if (board?.kind === 'particle') return flashPhoton(board.device, values, context)
    if (board?.kind !== 'serial') {
      throw new UsageError(
        board === undefined
          ? '--board serial:<path> (an Arduino) or --device <name> (a Photon) is missing; flash needs one'
          : '--board must be serial:<path> here, the port that the Arduino is plugged into',
      )
    }
    await flashArduino(board.path, values, context)
  },
})

/** Brings the firmware to an Arduino at a serial port. */
export async function flashArduino(
  path: string,
  { hex, dryRun }: Pick<Options, 'hex' | 'dryRun'>,
  { stdout, signal }: CommandContext,
): Promise<void> {
  const { flashArduino: flash } = await import('../../hardware/arduino/flash.ts')
  const { openSerialLine } = await import('../../hardware/arduino/serial-line.ts')
  const { otherBoardAt } = await import('../../hardware/arduino/usb-boards.ts')
  const say = (line: string) => stdout.write(`${line}\n`)
  const program = await programOf(hex)
  const other = await otherBoardAt(path)
  if (other !== undefined) {
    throw new FatalError(
      `at ${path} is ${other}, and the firmware is for the ATmega328P of an Uno or Nano; load StandardFirmata onto it with the Arduino IDE: docs/desk.md`,
    )
  }
  if (dryRun) {
    say(`${program.length} bytes; ${path} stays as it is`)
    return
  }
  const line = await openSerialLine(path)
  try {
    await flash({
      line,
      name: path,
      program,
      isOurs: hex === undefined,
      say,
      progress: progressOn(stdout),
      sleep: setTimeout,
      signal,
    })
  } finally {
    await line.close()
  }
}

/** One line that grows in a terminal; elsewhere a line at each quarter. */
function progressOn(stdout: NodeJS.WriteStream) {
  let last = ''
  return (doing: string, part: number) => {
    const step = stdout.isTTY ? 0.01 : 0.25
    const text = `${doing} ${Math.round(100 * Math.floor(part / step + 1e-9) * step)} %`
    if (text === last) return
    last = text
    if (stdout.isTTY) stdout.write(`\r${text}${part === 1 ? '\n' : ''}`)
    else stdout.write(`${text}\n`)
  }
}

async function flashPhoton(
  device: string,
  { particleToken: token, particleUrl: url, dryRun }: Options,
  { stdout, signal }: CommandContext,
): Promise<void> {
  if (token === undefined) {
    throw new UsageError('--particle-token (or PARTICLE_TOKEN) is missing; flash needs it')
  }
  const { openCloud } = await import('../../common/particle-cloud.ts')
  const { flash: flashDevice } = await import('../../hardware/photon/flash.ts')
  const cloud = openCloud({ url, token })
  signal.addEventListener('abort', () => cloud.close(), { once: true })
  await flashDevice({
    cloud,
    device,
    dryRun,
    now: Date.now,
    folders: ['photon/firmware', 'rules'].map((folder) =>
      fileURLToPath(new URL(`../hardware/${folder}`, import.meta.url)),
    ),
    say: (line) => stdout.write(`${line}\n`),
    sleep: (ms) =>
      setTimeout(ms, undefined, { signal }).catch(() => {
        throw new FatalError(`stopped before ${device} was back`)
      }),
  })
}
