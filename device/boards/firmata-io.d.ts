// firmata-io 2.3 ships no types; these are the parts of it that are used here.
declare module 'firmata-io' {
  import { EventEmitter } from 'node:events'

  interface Transport extends EventEmitter {
    write(data: Buffer, callback?: () => void): void
  }

  interface FirmataPin {
    supportedModes: number[]
    mode?: number
    value?: number
    analogChannel?: number
  }

  interface FirmataOptions {
    /** Wait before the version is asked for; a network board never says it unasked. */
    reportVersionTimeout?: number
    samplingInterval?: number
    skipCapabilities?: boolean
  }

  class Firmata extends EventEmitter {
    constructor(transport: Transport, options?: FirmataOptions, callback?: (error?: Error) => void)
    readonly MODES: { readonly INPUT: number; readonly OUTPUT: number; readonly I2C: number }
    readonly HIGH: 1
    readonly LOW: 0
    readonly isReady: boolean
    readonly pins: FirmataPin[]
    readonly ports: number[]
    readonly version: { major?: number; minor?: number }
    readonly firmware: { name?: string; version?: { major?: number; minor?: number } }
    readonly reportVersionTimeoutId: NodeJS.Timeout
    readonly transport: Transport
    pinMode(pin: number, mode: number): void
    digitalWrite(pin: number, value: 0 | 1): void
    reportVersion(callback: () => void): void
    queryFirmware(callback: () => void): void
    i2cConfig(options?: { delay?: number } | number): void
    i2cWrite(address: number, bytes: number[]): void
    /** Forgets, for all boards, how a sysex message is taken. */
    clearSysexResponse(id: number): void
    /** Key: id of a sysex message. */
    static readonly SYSEX_RESPONSE: Readonly<Record<number, unknown>>
  }

  // CommonJS: the class is a property of what is exported.
  const firmataIo: { readonly Firmata: typeof Firmata }

  export type { Firmata, Transport }
  export default firmataIo
}
