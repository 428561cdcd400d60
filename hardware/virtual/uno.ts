import {
  MODE_ANALOG,
  MODE_I2C,
  MODE_INPUT,
  MODE_OUTPUT,
  MODE_PULLUP,
  MODE_PWM,
  MODE_SERVO,
} from './pins.ts'

// The Arduino Uno as the firmware knows it: firmata/arduino Boards.h, ATmega328P.
const TOTAL_PINS = 20
export const TOTAL_ANALOG_PINS = 6
const FIRST_ANALOG_PIN = 14
const PWM_PINS = [3, 5, 6, 9, 10, 11]
const I2C_PINS = [18, 19]

export const pins: readonly number[] = Array.from({ length: TOTAL_PINS }, (_, pin) => pin)

/** 0 and 1 are the serial port, which the firmware keeps to itself. */
const isDigital = (pin: number) => pin >= 2 && pin < TOTAL_PINS

/** The digital pins of a Firmata port; empty for a port that does not exist. */
export function pinsOf(port: number): readonly number[] {
  return pins.filter((pin) => isDigital(pin) && pin >> 3 === port)
}

/** The analog channel of a pin (A0 is 0). */
export function analogChannel(pin: number): number | undefined {
  const channel = pin - FIRST_ANALOG_PIN
  return channel >= 0 && channel < TOTAL_ANALOG_PINS ? channel : undefined
}

/** What a pin can do, as [mode, resolution in bits], in the order in which the firmware lists it. */
export function capabilities(pin: number): readonly (readonly [mode: number, bits: number])[] {
  if (!isDigital(pin)) return []
  return [
    [MODE_INPUT, 1],
    [MODE_PULLUP, 1],
    [MODE_OUTPUT, 1],
    ...(analogChannel(pin) === undefined ? [] : [[MODE_ANALOG, 10] as const]),
    ...(PWM_PINS.includes(pin) ? [[MODE_PWM, 8] as const] : []),
    [MODE_SERVO, 14],
    ...(I2C_PINS.includes(pin) ? [[MODE_I2C, 1] as const] : []),
  ]
}

/** Whether a pin has a mode. */
export function supports(pin: number, mode: number): boolean {
  return capabilities(pin).some(([supported]) => supported === mode)
}

/** Modes after a reset: analog pins read, the other pins are outputs. */
export const resetModes: readonly number[] = pins.map((pin) => {
  if (!isDigital(pin)) return MODE_INPUT
  return analogChannel(pin) === undefined ? MODE_OUTPUT : MODE_ANALOG
})
