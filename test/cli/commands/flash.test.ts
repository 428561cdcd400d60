import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { BootLoader, type BootLoaderOptions, nameAnswer } from '../../support/boot-loader.ts'
import { plugIn } from '../../support/cable.ts'
import { run, start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startTcp } from '../../support/tcp-server.ts'
import { firmware } from '../../support/uno.ts'
import { until } from '../../support/until.ts'

/** A serial port with a chip at it that is in its boot loader already, as one without automatic reset is. */
async function startChip(t: TestContext, options: Partial<BootLoaderOptions> = {}) {
  const chip = new BootLoader({ kind: 'optiboot', ...options })
  const { port } = await startTcp(t, (socket) => {
    socket.on('data', (chunk) => {
      if (chip.left && chunk.includes(0x79)) socket.write(Buffer.from(nameAnswer))
      else if (!chip.left && !chip.options.absent) {
        socket.write(Buffer.from([...chunk].flatMap((byte) => chip.receive(byte))))
      }
    })
  })
  const path = join(await temporaryFolder(t), 'ttyACM0')
  await plugIn(t, path, port)
  return { chip, path }
}

test('flash brings the firmware through a serial port, tells how far it is, and says what runs then', async (t) => {
  const { chip, path } = await startChip(t)
  const { code, stdout, stderr } = await run(t, ['flash', '--board', `serial:${path}`])
  assert.equal(stderr, '')
  assert.equal(code, 0)
  const program = firmware()
  assert.deepEqual(stdout.split('\n'), [
    'boot loader at 115200 baud',
    `${program.length} bytes for ${path}`,
    ...['writing', 'verifying'].flatMap((doing) =>
      [0, 25, 50, 75, 100].map((part) => `${doing} ${part} %`),
    ),
    `${path} runs VisitorCounter 1.0`,
  ])
  assert.deepEqual(chip.flash.slice(0, program.length), program)
})

test("flash --hex brings one's own program, and says where a file is wrong", async (t) => {
  const { chip, path } = await startChip(t)
  const hex = join(await temporaryFolder(t), 'own.hex')
  await writeFile(hex, ':020000000C94DE\n')
  const args = ['flash', '--board', `serial:${path}`, '--hex', hex]
  const broken = await run(t, args)
  assert.equal(broken.code, 1)
  assert.match(broken.stderr, /own\.hex, line 1: the checksum is wrong/)
  await writeFile(hex, ':020000000C945E\n:00000001FF\n')
  const dry = await run(t, [...args, '--dry-run'])
  assert.equal(dry.stdout, `2 bytes; ${path} stays as it is`)
  assert.deepEqual(chip.written, [])
  const { code, stdout } = await run(t, args)
  assert.equal(code, 0)
  assert.match(stdout, /\n2 bytes for .*runs VisitorCounter 1\.0$/s)
  assert.deepEqual([...chip.flash.slice(0, 3)], [0x0c, 0x94, 0xff])
})

test('flash fails in a line: nothing at the port, another chip, no boot loader', async (t) => {
  const nowhere = await run(t, ['flash', '--board', 'serial:/dev/nowhere'])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /there is no \/dev\/nowhere; is the board plugged in\?/)

  const { path } = await startChip(t, { signature: 0x1e9801 })
  const other = await run(t, ['flash', '--board', `serial:${path}`])
  assert.equal(other.code, 1)
  assert.match(other.stderr, /the chip is no ATmega328P; its signature is 0x1e9801, an ATmega2560$/)
})

test('Ctrl-C ends flash behind a whole page', async (t) => {
  const { chip, path } = await startChip(t)
  const running = start(t, ['flash', '--board', `serial:${path}`])
  await until('the first pages', () => chip.written.length > 3, 60)
  assert.equal(await running.end('SIGINT'), 1)
  assert.match(running.stderr.join('\n'), /stopped behind a whole page; .* flash it again/)
  assert.deepEqual(chip.flash.slice(0, 384), firmware().slice(0, 384))
})
