import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** A serial port, as the operating system tells of it. */
interface SerialDevice {
  readonly path: string
  /** Four hexadecimal digits. */
  readonly vendorId?: string | undefined
  readonly manufacturer?: string | undefined
}

export interface UsbBoard {
  /** What `--board serial:` is given: a name that stays, where there is one. */
  readonly path: string
  /** What it seems to be. */
  readonly kind: string
  /** Its chip for USB, where that is known to make trouble. */
  readonly isCh340: boolean
}

export interface UsbWorld {
  /** @throws Error where the machine cannot list its ports, as a Linux without udevadm */
  list(): Promise<readonly SerialDevice[]>
  /** Names in a folder; none where there is no such folder. */
  names(folder: string): readonly string[]
  real(path: string): string
  exists(path: string): boolean
}

/** USB vendor ids (usb.org), and what is usually sold with them. */
const vendors: Readonly<Record<string, string>> = {
  '2341': 'Arduino',
  '2a03': 'Arduino',
  '1a86': 'a board with a CH340, as most copies of the Nano',
  '10c4': 'a board with a CP210x, as an ESP8266 or ESP32',
  '0403': 'a board with an FTDI chip, as older Nanos',
  '303a': 'an ESP32',
  '2b04': 'a Particle board',
  '239a': 'an Adafruit board',
}
const ch340 = '1a86'
const byId = '/dev/serial/by-id'

/** The boards at USB, each under a name that stays the same. */
export async function usbBoards(world: UsbWorld): Promise<UsbBoard[]> {
  const stable = new Map(
    world.names(byId).map((name) => [world.real(join(byId, name)), join(byId, name)] as const),
  )
  const devices = await world.list().catch(() => listed(world, [...stable.keys()]))
  return devices
    .filter(({ path, vendorId }) => vendorId !== undefined || stable.has(path) || isUsb(path))
    .map(({ path, vendorId = '', manufacturer }) => {
      const name = stable.get(path) ?? path
      const vendor = vendorId.toLowerCase() || (/1a86/i.test(name) ? ch340 : '')
      return {
        path: name,
        kind: vendors[vendor] ?? manufacturer ?? 'a serial port',
        isCh340: vendor === ch340,
      }
    })
}

function listed(world: UsbWorld, known: readonly string[]): SerialDevice[] {
  const plain = world
    .names('/dev')
    .map((name) => `/dev/${name}`)
    .filter(isUsb)
  return [...new Set([...known, ...plain])].map((path) => ({ path }))
}

function isUsb(path: string): boolean {
  return /^\/dev\/(ttyACM|ttyUSB)\d+$|^\/dev\/(cu|tty)\.(usb|wchusb)|^COM\d+$/.test(path)
}

/** BRLTTY takes a CH340 for a Braille display: the port is there for a second, and then no more. */
export function brlttyAdvice(world: Pick<UsbWorld, 'exists'>): string | undefined {
  const isInstalled = ['/usr/bin/brltty', '/sbin/brltty'].some((path) => world.exists(path))
  return isInstalled
    ? 'brltty is installed here, which takes boards with a CH340 for Braille displays, so that their port vanishes: sudo apt remove brltty, then plug the board in again'
    : undefined
}

export const thisMachine: UsbWorld = {
  async list() {
    const { SerialPort } = await import('serialport')
    return SerialPort.list()
  },
  names(folder) {
    try {
      return readdirSync(folder)
    } catch {
      return []
    }
  },
  real: (path) => realpathSync(path),
  exists: existsSync,
}
