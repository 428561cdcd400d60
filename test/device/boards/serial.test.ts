import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFirmata } from '../../../device/boards/firmata.ts'
import { Link } from '../../../device/boards/link.ts'
import { serialLink } from '../../../device/boards/serial.ts'
import { max7219 } from '../../../device/displays/max7219.ts'
import { toCells } from '../../../device/face/frame.ts'
import { boardKinds } from '../../support/boards.ts'
import { plugIn } from '../../support/cable.ts'
import { pins, startDesk } from '../../support/desk.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { recordingLog } from '../../support/log.ts'
import { until } from '../../support/until.ts'

for (const kind of boardKinds) {
  test(`${kind}: an Arduino on a serial port shows the number, and again after it was pulled out`, async (t) => {
    const folder = await temporaryFolder(t)
    const path = join(folder, 'ttyACM0')
    const { board, text } = await startDesk(t, { announce: true, kind })
    const log = recordingLog()
    const link = new Link({
      open: (wiring, signal) => openFirmata(serialLink(path), wiring, signal),
      wiring: { bus: 'spi', pins },
      display: max7219.open({}),
      now: () => performance.now(),
      random: () => 0,
      log,
    })
    t.after(() => link.stop(undefined))
    const eights = { cells: toCells('88888888'), intensity: 3, on: true }
    link.show(eights)
    link.start()

    await until('the reason', () => log.lines.some((line) => line.includes(`there is no ${path}`)))
    const { pullOut } = await plugIn(t, path, board.port)
    await until('the digits', () => text() === '88888888')
    assert.equal(board.received.strayBytes, 0)

    await pullOut()
    await until('the loss', () => log.lines.filter((line) => line.startsWith('warn')).length >= 2)
    link.show({ ...eights, cells: toCells('11111111') })
    await plugIn(t, path, board.port)
    await until('the digits again', () => text() === '11111111')
  })
}
