import { EventEmitter } from 'node:events'
import { SerialPort } from 'serialport'
import { serialError } from '../../common/serial-error.ts'
import type { FirmataLink } from './firmata.ts'

/** StandardFirmata's own speed. */
const baudRate = 57_600

/**
 * An Arduino with StandardFirmata on a serial port. Most reset when the port is opened, run their boot
 * loader, and blink their version for 2.2 s before they say it.
 */
export function serialLink(path: string): FirmataLink {
  const port = new SerialPort({ path, baudRate, autoOpen: false })
  const transport = Object.assign(new EventEmitter(), {
    write: (data: Buffer, done?: () => void) => void port.write(data, () => done?.()),
  })
  port.on('close', () => transport.emit('close'))
  port.on('error', (error) => transport.emit('error', error))
  port.on('data', (data: Buffer) => {
    try {
      transport.emit('data', data)
    } catch (error) {
      transport.emit('error', error)
    }
  })
  port.open((error) => {
    if (error) transport.emit('error', new Error(serialError(error, path)))
    else transport.emit('open')
  })
  return {
    transport,
    name: `serial:${path}`,
    // An old boot loader takes 7 s, and the blinking of the version 2.2 s.
    readyMs: 12_000,
    // After its reset button an Uno is silent for 3.8 s; to open the port anew would reset it once more.
    confirmMs: 5000,
    askAfterMs: 3000,
    close: () => {
      if (port.isOpen) port.close(() => undefined)
      else port.once('open', () => port.close(() => undefined))
    },
  }
}
