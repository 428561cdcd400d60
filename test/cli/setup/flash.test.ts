import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startAnswers } from '../../support/answers.ts'
import type { BoardKind } from '../../support/boards.ts'
import { BootLoader } from '../../support/boot-loader.ts'
import { plugIn } from '../../support/cable.ts'
import { run } from '../../support/command.ts'
import { startDesk } from '../../support/desk.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startAtTerminal } from '../../support/pseudo-terminal.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { firmware } from '../../support/uno.ts'

/** An Arduino at a serial port: one in its boot loader runs our firmware when that is left. */
async function startArduino(t: TestContext, before: BoardKind | 'boot loader') {
  const chip = new BootLoader({ kind: 'optiboot' })
  const desk = await startDesk(t, {
    kind: before === 'StandardFirmata' ? before : 'VisitorCounter',
  })
  chip.left = before !== 'boot loader'
  const { port } = await startTcp(t, (socket) => {
    let board: Socket | undefined
    socket.on('close', () => board?.destroy())
    socket.on('data', (chunk) => {
      if (!chip.left) {
        socket.write(Buffer.from([...chunk].flatMap((byte) => chip.receive(byte))))
        return
      }
      board ??= connect(desk.board.port, '127.0.0.1').on('data', (data) => socket.write(data))
      board.write(chunk)
    })
  })
  const folder = await temporaryFolder(t)
  const path = join(folder, 'ttyACM0')
  await plugIn(t, path, port)
  const { url } = await startAnswers(t, (_, response) => response.end('{"value":42}'))
  const flags = ['--board', `serial:${path}`, '--count-url', `${url.href}count`]
  return { chip, desk, folder, flags: [...flags, '--config', join(folder, 'a.yaml')] }
}

test('setup --flash on loads our firmware first, and drives the display with it', async (t) => {
  const { chip, desk, flags } = await startArduino(t, 'boot loader')
  const { code, stdout, stderr } = await run(t, ['setup', '--yes', '--flash', 'on', ...flags])
  assert.equal(stderr, '')
  assert.equal(code, 0, stdout)
  const program = firmware()
  assert.deepEqual(chip.flash.slice(0, program.length), program)
  assert.match(stdout, /verifying 100 %[\s\S]*ok +board +VisitorCounter at serial:/)
  // The last that is shown is the brightness.
  assert.equal(desk.text(), '88888888')
})

test('setup offers our firmware to a board with another, and leaves that there when Enter is pressed', async (t) => {
  const { chip, folder, flags } = await startArduino(t, 'StandardFirmata')
  const terminal = startAtTerminal(t, ['setup', ...flags], {
    cwd: folder,
    env: { HOME: folder, NO_COLOR: '1' },
  })
  await terminal.answer(/Load the counter's own firmware onto it[\s\S]*\[no\] $/, '')
  await terminal.waitFor('4. The display')
  assert.deepEqual(chip.written, [])
})

test('setup offers nothing where our firmware is, nor with --flash off', async (t) => {
  for (const [before, more] of [
    ['VisitorCounter', []],
    ['StandardFirmata', ['--flash', 'off']],
  ] as const) {
    const { folder, flags } = await startArduino(t, before)
    const terminal = startAtTerminal(t, ['setup', ...flags, ...more], {
      cwd: folder,
      env: { HOME: folder, NO_COLOR: '1' },
    })
    await terminal.waitFor('4. The display')
    assert.doesNotMatch(terminal.screen(), /own firmware/)
  }
})
