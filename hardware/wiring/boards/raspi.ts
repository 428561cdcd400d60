import type { BoardSpec } from '../board-spec.ts'

const headerRows = Array.from({ length: 20 }, (_, row) => row)

export const raspi: BoardSpec = {
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
