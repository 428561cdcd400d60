// The first-generation Photon as VoodooSpark and particle-io number its pins: D0 to D7 and, from
// 10 on, A0 to A7 (particle-io lib/particle.js). There is no pin 8 or 9.
const DIGITAL_PINS = [0, 1, 2, 3, 4, 5, 6, 7]
const FIRST_ANALOG_PIN = 10

/** SDA is D0 and SCL is D1. */
export const i2cPins: readonly number[] = [0, 1]

/** The pins of VoodooSpark's port 0 (D) and 1 (A), by bit. */
export const ports: readonly (readonly number[])[] = [
  DIGITAL_PINS,
  DIGITAL_PINS.map((pin) => pin + FIRST_ANALOG_PIN),
]

/** Whether a Photon has a pin of this number. */
export function isPin(pin: number): boolean {
  return ports.some((pins) => pins.includes(pin))
}
