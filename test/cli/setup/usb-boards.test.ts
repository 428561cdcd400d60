import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { brlttyAdvice, type UsbWorld, usbBoards } from '../../../cli/setup/usb-boards.ts'

const byId = '/dev/serial/by-id'
const uno = 'usb-Arduino__www.arduino.cc__0043_7563-if00'
const nano = 'usb-1a86_USB2.0-Serial-if00-port0'

/**
 * A machine with some ports.
 *
 * @param links names in /dev/serial/by-id, and where they lead to
 */
function machine(
  list: UsbWorld['list'],
  links: Readonly<Record<string, string>> = {},
  dev: readonly string[] = [],
): UsbWorld {
  return {
    list,
    names: (folder) => (folder === byId ? Object.keys(links) : folder === '/dev' ? dev : []),
    real: (path) => links[path.slice(byId.length + 1)] ?? path,
    exists: () => false,
  }
}

const noUdevadm = async (): Promise<never> => {
  throw new Error('spawn udevadm ENOENT')
}

describe('the boards at USB', () => {
  it('have a kind by their vendor, and a name that stays', async () => {
    const world = machine(
      async () => [
        { path: '/dev/ttyACM0', vendorId: '2341', manufacturer: 'Arduino (www.arduino.cc)' },
        { path: '/dev/ttyUSB0', vendorId: '1A86' },
        { path: '/dev/ttyUSB1', vendorId: 'ffff', manufacturer: 'Somebody' },
        // A serial port of the machine itself is no board.
        { path: '/dev/ttyS0' },
      ],
      { [uno]: '/dev/ttyACM0' },
    )
    assert.deepEqual(await usbBoards(world), [
      { path: `${byId}/${uno}`, kind: 'Arduino', isCh340: false },
      {
        path: '/dev/ttyUSB0',
        kind: 'a board with a CH340, as most copies of the Nano',
        isCh340: true,
      },
      { path: '/dev/ttyUSB1', kind: 'Somebody', isCh340: false },
    ])
  })

  it('are found by /dev/serial/by-id and by name where there is no udevadm', async () => {
    const world = machine(noUdevadm, { [uno]: '/dev/ttyACM0', [nano]: '/dev/ttyUSB0' }, [
      'null',
      'tty1',
      'ttyACM0',
      'ttyS0',
      'ttyUSB0',
      'ttyUSB7',
    ])
    assert.deepEqual(
      (await usbBoards(world)).map(({ path, isCh340 }) => [path, isCh340]),
      [
        [`${byId}/${uno}`, false],
        [`${byId}/${nano}`, true],
        ['/dev/ttyUSB7', false],
      ],
    )
  })

  it('have the names that macOS and Windows give them', async () => {
    const world = machine(async () => [
      { path: '/dev/tty.usbmodem14101', vendorId: '2341' },
      { path: '/dev/tty.Bluetooth-Incoming-Port' },
      { path: 'COM3' },
    ])
    assert.deepEqual(
      (await usbBoards(world)).map(({ path }) => path),
      ['/dev/tty.usbmodem14101', 'COM3'],
    )
  })

  it('are none on a machine without', async () => {
    assert.deepEqual(await usbBoards(machine(noUdevadm)), [])
  })
})

test('brltty is told of where it is installed', () => {
  assert.equal(brlttyAdvice({ exists: () => false }), undefined)
  assert.match(
    brlttyAdvice({ exists: (path) => path === '/usr/bin/brltty' }) ?? '',
    /sudo apt remove brltty/,
  )
})
