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

type NumberedPin = Pin & { readonly number: number }

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

const everyBus = ['spi', 'i2c', 'two-wire', 'three-wire'] as const

/** The lines that are taken where nothing is known of a board but that it speaks Firmata. */
export const firmataLines: Lines<NumberedPin> = {
  data: { label: '2', number: 2 },
  clock: { label: '3', number: 3 },
  cs: { label: '4', number: 4 },
}

const standardFirmata = 'the sketch StandardFirmata (Arduino IDE: File, Examples, Firmata)'
const ourFirmware = (port: string) =>
  `our firmware (\`visitor-counter flash --board ${port}\`), or the sketch StandardFirmata`
const standardFirmataWifi = 'the sketch StandardFirmataWiFi, with your network in its wifiConfig.h'

const uno: BoardSpec = {
  id: 'uno',
  name: 'Arduino Uno',
  logicVolts: 5,
  supply: { 5: { label: '5V' }, 3.3: { label: '3.3V' }, ground: { label: 'GND' } },
  // Firmata counts on after the digital pins: A0 is 14 (firmata/arduino Boards.h).
  i2c: {
    sda: { label: 'A4', names: ['SDA'], number: 18 },
    scl: { label: 'A5', names: ['SCL'], number: 19 },
  },
  lines: firmataLines,
  connections: [
    {
      setting: 'serial:/dev/ttyACM0',
      needs: ourFirmware('serial:/dev/ttyACM0'),
      buses: everyBus,
    },
  ],
  notes: [
    // ethernetConfig.h, IS_IGNORE_ETHERNET_SHIELD: pin 4, pin 10 and the SPI pins.
    'With an Ethernet shield it runs StandardFirmataEthernet of Firmata 2.5.8 or newer, with `remote_ip` commented out in its ethernetConfig.h (the board would call somebody instead of being called), and is reached with `--board tcp:192.168.1.20`. Pin 4 is then the shield’s: put CS on pin 5 and say `--pins data=2,clock=3,cs=5`.',
    'SDA and SCL are also on the two pins beside AREF; they are the same lines as A4 and A5.',
  ],
  outline: {
    usb: 'top',
    left: ['', '', '', '', 'NC', 'IOREF', 'RESET', '3.3V', '5V', 'GND', 'GND', 'Vin', ''].concat([
      'A0',
      'A1',
      'A2',
      'A3',
      'A4',
      'A5',
    ]),
    right: ['SCL', 'SDA', 'AREF', 'GND', '13', '12', '11', '10', '9', '8', ''].concat([
      '7',
      '6',
      '5',
      '4',
      '3',
      '2',
      '1',
      '0',
    ]),
  },
}

const nano: BoardSpec = {
  id: 'nano',
  name: 'Arduino Nano',
  logicVolts: 5,
  supply: { 5: { label: '5V' }, 3.3: { label: '3V3' }, ground: { label: 'GND' } },
  i2c: uno.i2c,
  lines: {
    data: { label: 'D2', number: 2 },
    clock: { label: 'D3', number: 3 },
    cs: { label: 'D4', number: 4 },
  },
  connections: [
    {
      setting: 'serial:/dev/ttyUSB0',
      needs: ourFirmware('serial:/dev/ttyUSB0'),
      buses: everyBus,
    },
  ],
  notes: ['The Nano with the ATmega328P is meant, and its many copies.'],
  outline: {
    usb: 'top',
    left: ['D13', '3V3', 'REF', 'A0', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', '5V', 'RST'].concat(
      ['GND', 'VIN'],
    ),
    right: [
      'D12',
      'D11',
      'D10',
      'D9',
      'D8',
      'D7',
      'D6',
      'D5',
      'D4',
      'D3',
      'D2',
      'GND',
      'RST',
    ].concat(['RX0', 'TX1']),
  },
}

const mkr: BoardSpec = {
  id: 'mkr',
  name: 'Arduino MKR',
  logicVolts: 3.3,
  supply: { 5: { label: '5V' }, 3.3: { label: 'VCC' }, ground: { label: 'GND' } },
  i2c: {
    sda: { label: '11', names: ['SDA'], number: 11 },
    scl: { label: '12', names: ['SCL'], number: 12 },
  },
  lines: firmataLines,
  connections: [
    { setting: 'tcp:192.168.1.20', needs: standardFirmataWifi, buses: everyBus },
    { setting: 'serial:/dev/ttyACM0', needs: standardFirmata, buses: everyBus },
  ],
  notes: [
    'The MKR1000 and the MKR WiFi 1010 have the same pins.',
    'No pin takes more than 3.3 V. 5V gives 5 V while the board is fed over USB or VIN.',
  ],
  outline: {
    usb: 'top',
    left: ['AREF', 'A0', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6', '0', '1', '2', '3', '4', '5'],
    right: ['5V', 'VIN', 'VCC', 'GND', 'RESET', '14', '13', '12', '11', '10', '9', '8', '7', '6'],
  },
}

/** The pins of an ESP8266, with the labels that D1 mini and NodeMCU have in common. */
const esp8266 = {
  logicVolts: 3.3,
  i2c: {
    sda: { label: 'D2', names: ['GPIO4'], number: 4 },
    scl: { label: 'D1', names: ['GPIO5'], number: 5 },
  },
  // Not GPIO0, 2 and 15, which choose how it boots, nor 6-11, which are the flash; Firmata counts by GPIO.
  lines: {
    data: { label: 'D7', names: ['GPIO13'], number: 13 },
    clock: { label: 'D5', names: ['GPIO14'], number: 14 },
    cs: { label: 'D6', names: ['GPIO12'], number: 12 },
  },
  connections: [
    { setting: 'tcp:192.168.1.20', needs: standardFirmataWifi, buses: everyBus },
    { setting: 'serial:/dev/ttyUSB0', needs: standardFirmata, buses: everyBus },
  ],
} as const
const esp8266Notes = [
  'D3, D4 and D8 (GPIO0, 2 and 15) decide how the chip boots: leave them free.',
  'No pin takes more than 3.3 V.',
]

const d1Mini: BoardSpec = {
  ...esp8266,
  id: 'd1-mini',
  name: 'D1 mini',
  supply: { 5: { label: '5V' }, 3.3: { label: '3V3' }, ground: { label: 'GND' } },
  esphome: { platform: 'esp8266', board: 'd1_mini' },
  notes: ['It carries an ESP8266.', ...esp8266Notes],
  outline: {
    usb: 'bottom',
    left: ['RST', 'A0', 'D0', 'D5', 'D6', 'D7', 'D8', '3V3'],
    right: ['TX', 'RX', 'D1', 'D2', 'D3', 'D4', 'GND', '5V'],
  },
}

const nodemcu: BoardSpec = {
  ...esp8266,
  id: 'nodemcu',
  name: 'NodeMCU',
  supply: { 5: { label: 'VIN' }, 3.3: { label: '3V3' }, ground: { label: 'GND' } },
  esphome: { platform: 'esp8266', board: 'nodemcuv2' },
  notes: [
    'It carries an ESP8266.',
    'VIN gives 5 V while the board is fed over USB; on broad boards with a CH340 (“V3”) VIN gives nothing: take VU.',
    ...esp8266Notes,
  ],
  outline: {
    usb: 'bottom',
    left: ['A0', 'RSV', 'RSV', 'SD3', 'SD2', 'SD1', 'CMD', 'SD0', 'CLK', 'GND', '3V3', 'EN'].concat(
      ['RST', 'GND', 'VIN'],
    ),
    right: ['D0', 'D1', 'D2', 'D3', 'D4', '3V3', 'GND', 'D5', 'D6', 'D7', 'D8', 'RX', 'TX'].concat([
      'GND',
      '3V3',
    ]),
  },
}

const esp32: BoardSpec = {
  id: 'esp32',
  name: 'ESP32 DevKit',
  logicVolts: 3.3,
  supply: { 5: { label: 'VIN' }, 3.3: { label: '3V3' }, ground: { label: 'GND' } },
  i2c: {
    sda: { label: 'D21', names: ['GPIO21'], number: 21 },
    scl: { label: 'D22', names: ['GPIO22'], number: 22 },
  },
  // Not GPIO0, 2, 5, 12 and 15, which choose how it boots, nor 6-11, which are the flash.
  lines: {
    data: { label: 'D23', names: ['GPIO23'], number: 23 },
    clock: { label: 'D18', names: ['GPIO18'], number: 18 },
    cs: { label: 'D19', names: ['GPIO19'], number: 19 },
  },
  connections: [],
  esphome: { platform: 'esp32', board: 'esp32dev' },
  notes: [
    'Drawn is the one with 30 pins (DOIT DevKit V1). The one with 38 (ESP32-DevKitC) has the same numbers without the D, in another order, and its 5 V pin is 5V.',
    'D0, D2, D5, D12 and D15 decide how the chip boots: leave them free.',
    'No pin takes more than 3.3 V.',
  ],
  outline: {
    usb: 'bottom',
    name: 'ESP32',
    left: ['EN', 'VP', 'VN', 'D34', 'D35', 'D32', 'D33', 'D25', 'D26', 'D27', 'D14', 'D12'].concat([
      'D13',
      'GND',
      'VIN',
    ]),
    right: ['D23', 'D22', 'TX0', 'RX0', 'D21', 'D19', 'D18', 'D5', 'TX2', 'RX2', 'D4', 'D2'].concat(
      ['D15', 'GND', '3V3'],
    ),
  },
}

const esp32c3: BoardSpec = {
  id: 'esp32-c3',
  name: 'ESP32-C3',
  logicVolts: 3.3,
  supply: { 5: { label: '5V' }, 3.3: { label: '3.3' }, ground: { label: 'G' } },
  i2c: {
    sda: { label: '4', names: ['GPIO4'], number: 4 },
    scl: { label: '3', names: ['GPIO3'], number: 3 },
  },
  // Not GPIO2, 8 and 9, which choose how it boots, 11-17, which are the flash, nor 18 and 19, its USB.
  lines: {
    data: { label: '7', names: ['GPIO7'], number: 7 },
    clock: { label: '6', names: ['GPIO6'], number: 6 },
    cs: { label: '5', names: ['GPIO5'], number: 5 },
  },
  connections: [],
  esphome: { platform: 'esp32', board: 'esp32-c3-devkitm-1' },
  notes: [
    'Drawn is the SuperMini. The DevKitM-1 has the same numbers in another order, and names its supply 5V, 3V3 and GND.',
    '2, 8 and 9 decide how the chip boots: leave them free.',
    'No pin takes more than 3.3 V.',
  ],
  outline: {
    usb: 'top',
    name: 'ESP32-C3 SuperMini',
    left: ['5V', 'G', '3.3', '4', '3', '2', '1', '0'],
    right: ['5', '6', '7', '8', '9', '10', '20', '21'],
  },
}

const photon: BoardSpec = {
  id: 'photon',
  name: 'Particle Photon',
  logicVolts: 3.3,
  supply: { 5: { label: 'VIN' }, 3.3: { label: '3V3' }, ground: { label: 'GND' } },
  i2c: {
    sda: { label: 'D0', names: ['SDA'], number: 0 },
    scl: { label: 'D1', names: ['SCL'], number: 1 },
  },
  // The pins of its SPI (A0 is 10), so that firmware of its own finds the display on the same wires.
  lines: {
    data: { label: 'A5', names: ['MOSI'], number: 15 },
    clock: { label: 'A3', names: ['SCK'], number: 13 },
    cs: { label: 'A2', names: ['SS'], number: 12 },
  },
  connections: [
    { setting: 'voodoospark:192.168.1.20', needs: 'the firmware VoodooSpark', buses: everyBus },
    {
      setting: 'particle:my-photon',
      needs:
        'the same; its address comes from the Particle Cloud, with an access token in `PARTICLE_TOKEN`',
      buses: everyBus,
    },
  ],
  notes: [
    'The first-generation Photon is meant, not the Photon 2.',
    'VIN gives about 4.8 V while the board is fed over USB. 3V3 gives at most 100 mA: one display.',
  ],
  outline: {
    usb: 'top',
    left: ['VIN', 'GND', 'TX', 'RX', 'WKP', 'DAC', 'A5', 'A4', 'A3', 'A2', 'A1', 'A0'],
    right: ['3V3', 'RST', 'VBAT', 'GND', 'D7', 'D6', 'D5', 'D4', 'D3', 'D2', 'D1', 'D0'],
  },
}

const headerRows = Array.from({ length: 20 }, (_, row) => row)

const raspi: BoardSpec = {
  id: 'raspi',
  name: 'Raspberry Pi',
  logicVolts: 3.3,
  supply: {
    5: { label: '2', names: ['5V'] },
    3.3: { label: '1', names: ['3V3'] },
    ground: { label: '6', names: ['GND'] },
  },
  i2c: {
    sda: { label: '3', names: ['SDA', 'GPIO2'] },
    scl: { label: '5', names: ['SCL', 'GPIO3'] },
  },
  // raspi-io counts as WiringPi does: GPIO23 is 4 (raspi-board, src/maps/bplus.ts).
  lines: {
    data: { label: '16', names: ['GPIO23'], number: 4 },
    clock: { label: '18', names: ['GPIO24'], number: 5 },
    cs: { label: '22', names: ['GPIO25'], number: 6 },
  },
  spi: {
    data: { label: '19', names: ['MOSI', 'GPIO10'] },
    clock: { label: '23', names: ['SCLK', 'GPIO11'] },
    cs: { label: '24', names: ['CE0', 'GPIO8'] },
  },
  connections: [
    {
      setting: 'raspi',
      needs:
        'for a MAX7219, SPI (`sudo raspi-config nonint do_spi 0`) and the package spi-device; for an HT16K33, I2C (`sudo raspi-config nonint do_i2c 0`) and the package i2c-bus',
      buses: ['spi', 'i2c'],
    },
    {
      setting: 'io:raspi-io',
      needs:
        'the package raspi-io, which runs as root and not on a Pi 5; a TM1637 or TM1638 needs plain pins, and `raspi` has none',
      buses: ['two-wire', 'three-wire'],
    },
  ],
  notes: [
    'Every Pi with a 40-pin header has these pins. They are counted along the header: pin 1 is at the end away from the USB sockets, in the inner row; odd numbers are the inner row, even ones the row at the edge.',
    'No pin takes more than 3.3 V.',
  ],
  outline: {
    usb: 'bottom',
    name: '40-pin header',
    headerOnly: true,
    left: headerRows.map((row) => `${2 * row + 1}`),
    right: headerRows.map((row) => `${2 * row + 2}`),
  },
}

/** Every board, in the order in which the document tells of them. */
export const boards: readonly BoardSpec[] = [
  uno,
  nano,
  mkr,
  d1Mini,
  nodemcu,
  esp32,
  esp32c3,
  photon,
  raspi,
]
