import {
  type BoardSpec,
  everyBus,
  firmataLines,
  standardFirmata,
  standardFirmataWifi,
} from '../board-spec.ts'

const ourFirmware = (port: string) =>
  `our firmware (\`visitor-counter flash --board ${port}\`), or the sketch StandardFirmata`

export const uno: BoardSpec = {
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

export const nano: BoardSpec = {
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

export const mkr: BoardSpec = {
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
