import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRaspi, type RaspiWorld } from '../../../device/boards/raspi.ts'
import type { Transfer } from '../../../device/displays/driver.ts'
import { pins } from '../../support/displays.ts'

const { signal } = new AbortController()
const spi = { bus: 'spi', pins } as const
const i2c = { bus: 'i2c', pins } as const

/** A Raspberry Pi with these devices, whose packages keep what they are given. */
function pi(
  devices: readonly string[],
  refuse?: string,
): RaspiWorld & { readonly calls: unknown[][] } {
  const calls: unknown[][] = []
  const device = {
    transferSync: ([message]: [{ sendBuffer: Buffer; byteLength: number; speedHz: number }]) => {
      calls.push(['spi', [...message.sendBuffer], message.byteLength, message.speedHz])
    },
    i2cWriteSync: (address: number, length: number, data: Buffer) => {
      calls.push(['i2c', address, length, [...data]])
    },
    closeSync: () => calls.push(['close']),
  }
  return {
    calls,
    devices: () => devices,
    model: () => 'Raspberry Pi Zero 2 W Rev 1.0\0',
    load: (name) => ({
      openSync: (...numbers: number[]) => {
        if (refuse !== undefined) throw new Error(refuse)
        calls.push(['open', name, ...numbers])
        return device
      },
    }),
  }
}

test('a MAX7219 at a Raspberry Pi gets its words by the own SPI of the board', async () => {
  const world = pi(['null', 'spidev0.0', 'spidev0.1'])
  const board = await openRaspi(spi, signal, world)
  const transfers: Transfer[] = [{ bus: 'spi', bytes: [0x0c, 1] }]
  await board.send(transfers)
  board.close()
  assert.deepEqual(world.calls, [
    ['open', 'spi-device', 0, 0],
    ['spi', [0x0c, 1], 2, 1_000_000],
    ['close'],
  ])
  assert.match(board.name, /spidev0\.0/)
})

test('an HT16K33 gets its bytes by I2C', async () => {
  const world = pi(['i2c-20', 'i2c-1'])
  const board = await openRaspi(i2c, signal, world)
  await board.send([{ bus: 'i2c', address: 0x70, bytes: [0x21] }])
  assert.deepEqual(world.calls, [
    ['open', 'i2c-bus', 1],
    ['i2c', 0x70, 1, [0x21]],
  ])
})

test('another bus is taken where it is named', async () => {
  const world = pi(['i2c-1', 'i2c-3', 'spidev0.0', 'spidev1.2'])
  await openRaspi(i2c, signal, world, 'i2c-3')
  await openRaspi(spi, signal, world, 'spidev1.2')
  assert.deepEqual(world.calls, [
    ['open', 'i2c-bus', 3],
    ['open', 'spi-device', 1, 2],
  ])
})

test('on a Pi 5 the header may be bus 10', async () => {
  const world = pi(['spidev10.0'])
  await openRaspi(spi, signal, world)
  assert.deepEqual(world.calls, [['open', 'spi-device', 10, 0]])
})

const missing: [what: string, open: () => Promise<unknown>, message: RegExp][] = [
  [
    'SPI',
    () => openRaspi(spi, signal, pi([])),
    /^Error: SPI is switched off .*: sudo raspi-config nonint do_spi 0 \(it sets dtparam=spi=on/,
  ],
  [
    'all of a Pi',
    () => openRaspi(spi, signal, { ...pi([]), model: () => undefined }),
    /^Error: this seems to be no Raspberry Pi; on one: SPI is switched off/,
  ],
  ['I2C', () => openRaspi(i2c, signal, pi(['spidev0.0'])), /do_i2c 0 \(it sets dtparam=i2c_arm=on/],
  [
    'I2C, and there is only the bus of an HDMI socket,',
    () => openRaspi(i2c, signal, pi(['i2c-20', 'i2c-21'])),
    /I2C is switched off/,
  ],
  [
    'the bus that was named',
    () => openRaspi(i2c, signal, pi(['i2c-1', 'i2c-20']), 'i2c-3'),
    /raspi:i2c-3 is no I2C bus of this machine; it has i2c-1, i2c-20/,
  ],
  [
    'the package',
    () => openRaspi(spi, signal, { ...pi(['spidev0.0']), load: () => assert.fail('gone') }),
    /package spi-device is missing in \/.*; in that folder: npm install spi-device/,
  ],
  [
    'the right to SPI',
    () => openRaspi(spi, signal, pi(['spidev0.0'], 'EACCES: permission denied')),
    /may not open \/dev\/spidev0\.0: sudo usermod -aG spi \$USER/,
  ],
  [
    'the right to I2C',
    () => openRaspi(i2c, signal, pi(['i2c-1'], 'EACCES: permission denied')),
    /sudo usermod -aG i2c \$USER/,
  ],
  [
    'a way for a TM1637',
    () => openRaspi({ bus: 'two-wire', pins }, signal, pi([])),
    /needs plain pins/,
  ],
  [
    'a way for a TM1638',
    () => openRaspi({ bus: 'three-wire', pins }, signal, pi([])),
    /needs plain pins/,
  ],
]
for (const [what, open, message] of missing) {
  test(`where ${what} is missing, the command that mends it is said`, async () => {
    await assert.rejects(open(), message)
  })
}

test('a write that fails is the loss of the board, with its reason', async () => {
  const world = pi(['i2c-1'])
  const board = await openRaspi(i2c, signal, {
    ...world,
    load: () => ({
      openSync: () => ({
        i2cWriteSync: () => {
          throw new Error('EREMOTEIO: remote I/O error')
        },
        closeSync: () => undefined,
      }),
    }),
  })
  await assert.rejects(
    board.send([{ bus: 'i2c', address: 0x70, bytes: [0] }]),
    /EREMOTEIO.*are the wires on the display's pins/,
  )
})
