import type { BoardSpec } from '../wiring/board-spec.ts'
import type { ConfigurationOptions } from './configuration.ts'

/** The part of a configuration that says which display is at which pins. */
export function theDisplay({
  board: { lines },
  display,
  digits,
}: Pick<ConfigurationOptions, 'board' | 'display' | 'digits'>): string {
  const [data, clock, cs] = [lines.data, lines.clock, lines.cs].map(({ number }) => gpio(number))
  const own = {
    max7219: `
    cs_pin: ${cs}`,
    ht16k33: `
    address: 0x70`,
    tm1637: `
    clk_pin: ${clock}
    dio_pin: ${data}
    digits: ${digits}`,
    tm1638: `
    stb_pin: ${cs}
    clk_pin: ${clock}
    dio_pin: ${data}`,
  }
  return `
display:
  - platform: visitor_counter
    type: ${display}${own[display]}`
}

export function spi({ lines }: BoardSpec): string {
  return `
spi:
  clk_pin: ${gpio(lines.clock.number)}
  mosi_pin: ${gpio(lines.data.number)}`
}

export function i2c({ i2c: { sda, scl } }: BoardSpec): string {
  return `
i2c:
  sda: ${gpio(sda.number)}
  scl: ${gpio(scl.number)}
  frequency: 100kHz`
}

function gpio(pin: number | undefined): string {
  if (pin === undefined) throw new Error('a board for ESPHome has numbers for all its pins')
  return `GPIO${pin}`
}
