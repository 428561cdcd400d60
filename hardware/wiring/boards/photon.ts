import { type BoardSpec, everyBus } from '../board-spec.ts'

export const photon: BoardSpec = {
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
