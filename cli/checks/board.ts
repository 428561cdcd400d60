import type { CloudOptions } from '../../common/particle-cloud.ts'
import type { Board, Wiring } from '../../device/boards/board.ts'
import type { BoardSetting } from '../../device/boards/index.ts'
import type { Finding } from '../../server/doctor.ts'
import { problem } from './finding.ts'

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
    show(
      problem(
        'board',
        error,
        'is it switched on and connected, and does it run StandardFirmata? A network board serves one program at a time',
      ),
    )
  } finally {
    board?.close()
  }
}
