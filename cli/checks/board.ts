import { messageOf } from '../../common/errors.ts'
import type { CloudOptions } from '../../common/particle-cloud.ts'
import type { Board, Wiring } from '../../device/boards/board.ts'
import type { BoardSetting } from '../../device/boards/index.ts'
import type { Finding } from '../../server/doctor.ts'
import { problem } from './finding.ts'

/** The next step for a board that does not answer. */
function boardAdvice({ kind }: BoardSetting, message: string): string {
  if (/may not open|usermod/.test(message))
    return 'type that line, then log in again; as a service: the unit has the group'
  if (/in use by another program/.test(message))
    return 'close the Arduino IDE, its serial monitor, or the other device program'
  if (/there is no \/dev|is the board plugged in/.test(message)) {
    return 'plug it in, with a cable that carries data; a CH340 that vanishes is taken by brltty: sudo apt remove brltty'
  }
  if (/seems to be no Raspberry Pi/.test(message))
    return 'run this on the Pi that has the display at its pins, or choose the board that has it'
  if (/switched off on this machine|is missing in |cannot be loaded/.test(message))
    return 'type that line, then run doctor again in the same folder'
  if (/ENOENT.*\/dev/.test(message) && kind === 'raspi')
    return 'this is no Raspberry Pi: --board raspi is for its own pins'
  if (/nothing listens there/.test(message)) {
    return 'correct the address; does StandardFirmataWiFi or -Ethernet run on it as a server? A network board serves one program at a time'
  }
  if (/no such host/.test(message))
    return 'correct its name, or give its address, which the router lists'
  if (/get ready/.test(message) && kind === 'serial') {
    return 'it runs other firmware: visitor-counter flash brings ours to an Uno or Nano, the Arduino IDE StandardFirmata to any other'
  }
  return 'is it switched on and connected, and does it run our firmware or StandardFirmata? A network board serves one program at a time'
}

/** Connects to a board, as the device program does, and has it answer. */
export async function checkBoard(
  setting: BoardSetting,
  wiring: Wiring,
  cloud: CloudOptions,
  signal: AbortSignal,
  show: (finding: Finding) => void,
): Promise<void> {
  const { boardOpener } = await import('../../device/boards/index.ts')
  if (setting.kind === 'virtual') {
    show({ subject: 'board', status: 'ok', text: 'a virtual one is always there' })
    return
  }
  let board: Board | undefined
  try {
    board = await boardOpener(setting, cloud)(wiring, signal)
    await board.send([])
    show({ subject: 'board', status: 'ok', text: `${board.name} answers` })
  } catch (error) {
    show(problem('board', error, boardAdvice(setting, messageOf(error))))
  } finally {
    board?.close()
  }
}
