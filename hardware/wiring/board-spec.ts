import type { Bus } from '../../device/displays/driver.ts'

export type BoardId =
  | 'uno'
  | 'nano'
  | 'mkr'
  | 'd1-mini'
  | 'nodemcu'
  | 'esp32'
  | 'esp32-c3'
  | 'photon'
  | 'raspi'

/** A pin as people find it on the board. */
export interface Pin {
  /** As printed on the board; on the Raspberry Pi, where nothing is printed, the place in the header. */
  readonly label: string
  /** Other names of it, the one to draw first. */
  readonly names?: readonly string[]
  /** What Firmata, VoodooSpark or raspi-io, and so `--pins`, call it. */
  readonly number?: number
}

export type NumberedPin = Pin & { readonly number: number }

/** The three lines of a chip that is clocked; `cs` is not used by every chip. */
interface Lines<Kind extends Pin> {
  readonly data: Kind
  readonly clock: Kind
  readonly cs: Kind
}

/** One way in which the device program reaches a board. */
export interface Connection {
  /** An example of `--board`; what stands before the first colon is its kind. */
  readonly setting: string
  /** What must be on the board or in the computer for it. */
  readonly needs: string
  readonly buses: readonly Bus[]
}

/** A board: where its pins are and what they are called. */
export interface BoardSpec {
  readonly id: BoardId
  readonly name: string
  readonly logicVolts: 5 | 3.3
  readonly supply: { readonly 5: Pin; readonly 3.3: Pin; readonly ground: Pin }
  readonly i2c: { readonly sda: Pin; readonly scl: Pin }
  /** Plain pins, all on one Firmata port (0-7 or 8-15), so that they change in one message. */
  readonly lines: Lines<NumberedPin>
  /** Pins of an SPI that the kernel drives; `--pins` has no say in them. */
  readonly spi?: Lines<Pin>
  /** None where only firmware of its own drives a display. */
  readonly connections: readonly Connection[]
  /** What ESPHome calls it, where it runs there. */
  readonly esphome?: { readonly platform: 'esp8266' | 'esp32'; readonly board: string }
  /** What has to be known before wiring. */
  readonly notes: readonly string[]
  /** All pins seen from above, from the top down; '' is a gap. */
  readonly outline: {
    readonly left: readonly string[]
    readonly right: readonly string[]
    /** The end at which the USB socket is. */
    readonly usb: 'top' | 'bottom'
    /** What is drawn, where it is not simply the board. */
    readonly name?: string
    readonly headerOnly?: true
  }
}

export const everyBus = ['spi', 'i2c', 'two-wire', 'three-wire'] as const

/** The lines that are taken where nothing is known of a board but that it speaks Firmata. */
export const firmataLines: Lines<NumberedPin> = {
  data: { label: '2', number: 2 },
  clock: { label: '3', number: 3 },
  cs: { label: '4', number: 4 },
}

/** Sketches that more than one board can run. */
export const standardFirmata = 'the sketch StandardFirmata (Arduino IDE: File, Examples, Firmata)'
export const standardFirmataWifi =
  'the sketch StandardFirmataWiFi, with your network in its wifiConfig.h'
