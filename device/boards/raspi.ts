import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { messageOf } from '../../common/errors.ts'
import type { Transfer } from '../displays/driver.ts'
import type { Board, Wiring } from './board.ts'

/** The kernel's own devices, and the packages that speak to them. */
export interface RaspiWorld {
  /** Names in /dev. */
  readonly devices: () => readonly string[]
  /** What the kernel says the machine is; undefined where it does not say, as in a container. */
  readonly model: () => string | undefined
  /** A package that the owner has installed, as it exports itself. */
  readonly load: (name: string) => unknown
}

const thisMachine: RaspiWorld = {
  devices: () => readdirSync('/dev'),
  model: () => {
    try {
      return readFileSync('/proc/device-tree/model', 'utf8')
    } catch {
      return undefined
    }
  },
  load: (name) => createRequire(join(process.cwd(), 'package.json'))(name),
}

/** The MAX7219 takes 10 MHz; long wires and level shifters are happier with less. */
const speedHz = 1_000_000

/** What is used of spi-device 3. */
interface SpiDevice {
  transferSync(message: { sendBuffer: Buffer; byteLength: number; speedHz: number }[]): unknown
  closeSync(): unknown
}
interface SpiPackage {
  openSync(bus: number, device: number): SpiDevice
}

/** What is used of i2c-bus 5. */
interface I2cBus {
  i2cWriteSync(address: number, length: number, data: Buffer): number
  closeSync(): unknown
}
interface I2cPackage {
  openSync(bus: number): I2cBus
}

/**
 * The 40-pin header of a Raspberry Pi through the kernel's spidev and i2c-dev: no root, no daemon, and
 * on a Pi 5 too. The two packages are compiled when they are installed, so they come only when asked for.
 *
 * @param device its name in /dev; the usual one when undefined
 * @throws Error that says what is missing and the command that mends it
 */
export async function openRaspi(
  wiring: Wiring,
  _signal: AbortSignal,
  world: RaspiWorld = thisMachine,
  device?: string | undefined,
): Promise<Board> {
  const { bus } = wiring
  if (bus === 'two-wire' || bus === 'three-wire') {
    throw new Error('the raspi board has no way for this display, which needs plain pins')
  }
  const { name, write, close } = bus === 'spi' ? openSpi(world, device) : openI2c(world, device)
  return {
    name: `${name} at raspi`,
    async send(transfers) {
      try {
        for (const transfer of transfers) write(transfer)
      } catch (error) {
        throw new Error(`${name}: ${messageOf(error)}; are the wires on the display's pins?`)
      }
    },
    onReset: () => undefined,
    // The kernel takes each write at once; one that fails says so itself.
    lost: new Promise(() => undefined),
    close,
  }
}

interface KernelBus {
  readonly name: string
  write(transfer: Transfer): void
  close(): void
}

/** On a Pi 5 the header's SPI may be bus 10. */
const spiNames = /^spidev(\d+)\.(\d+)$/
const i2cNames = /^i2c-(\d+)$/

function openSpi(world: RaspiWorld, named: string | undefined): KernelBus {
  const [bus, device] = pick(world, spiNames, named, ['spidev0.0', 'spidev10.0'], {
    what: 'SPI',
    command: 'sudo raspi-config nonint do_spi 0',
    parameter: 'dtparam=spi=on',
  })
  const name = `spidev${bus}.${device}`
  const spi = opened(name, 'spi', () =>
    fromPackage<SpiPackage>(world, 'spi-device').openSync(bus ?? 0, device ?? 0),
  )
  return {
    name,
    write: ({ bytes }) =>
      void spi.transferSync([
        { sendBuffer: Buffer.from(bytes), byteLength: bytes.length, speedHz },
      ]),
    close: () => void spi.closeSync(),
  }
}

function openI2c(world: RaspiWorld, named: string | undefined): KernelBus {
  const [bus] = pick(world, i2cNames, named, ['i2c-1'], {
    what: 'I2C',
    command: 'sudo raspi-config nonint do_i2c 0',
    parameter: 'dtparam=i2c_arm=on',
  })
  const name = `i2c-${bus}`
  const i2c = opened(name, 'i2c', () =>
    fromPackage<I2cPackage>(world, 'i2c-bus').openSync(bus ?? 1),
  )
  return {
    name,
    write(transfer) {
      if (transfer.bus !== 'i2c') return
      const { address, bytes } = transfer
      i2c.i2cWriteSync(address, bytes.length, Buffer.from(bytes))
    },
    close: () => void i2c.closeSync(),
  }
}

/**
 * The numbers in the name of the device that is meant: the one that is named, else a usual one. There are
 * others, as the buses of the HDMI sockets (i2c-20), which are not to be written to.
 */
function pick(
  world: RaspiWorld,
  pattern: RegExp,
  named: string | undefined,
  usual: readonly string[],
  missing: { what: string; command: string; parameter: string },
): number[] {
  const { what, command, parameter } = missing
  const there = world.devices().filter((name) => pattern.test(name))
  if (named !== undefined && !there.includes(named)) {
    const list = there.length === 0 ? 'none' : there.sort().join(', ')
    throw new Error(`raspi:${named} is no ${what} bus of this machine; it has ${list}`)
  }
  const name = named ?? usual.find((each) => there.includes(each))
  if (name === undefined) {
    const isPi = world.model()?.includes('Raspberry Pi') === true
    const seems = isPi ? '' : 'this seems to be no Raspberry Pi; on one: '
    throw new Error(
      `${seems}${what} is switched off on this machine: ${command} (it sets ${parameter} in /boot/firmware/config.txt), then restart`,
    )
  }
  return (pattern.exec(name) ?? []).slice(1).map(Number)
}

function fromPackage<Package>(world: RaspiWorld, name: string): Package {
  try {
    // The two packages have no types of their own that fit; what is used of them is declared above.
    return world.load(name) as Package
  } catch {
    throw new Error(
      `the package ${name} is missing in ${process.cwd()}; in that folder: npm install ${name}`,
    )
  }
}

function opened<T>(name: string, group: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof Error) || !/EACCES|EPERM|permission/i.test(error.message)) throw error
    throw new Error(
      `this user may not open /dev/${name}: sudo usermod -aG ${group} $USER, then log in again`,
    )
  }
}
