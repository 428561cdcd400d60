import { type BoardSpec, everyBus, standardFirmata, standardFirmataWifi } from '../board-spec.ts'

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

export const d1Mini: BoardSpec = {
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

export const nodemcu: BoardSpec = {
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

export const esp32: BoardSpec = {
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

export const esp32c3: BoardSpec = {
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
