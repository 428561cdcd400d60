// Commands and sysex ids: github.com/firmata/protocol, protocol.md 2.5.1 and i2c.md.

export const DIGITAL_MESSAGE = 0x90
export const REPORT_ANALOG = 0xc0
export const REPORT_DIGITAL = 0xd0
export const ANALOG_MESSAGE = 0xe0
export const START_SYSEX = 0xf0
export const PIN_MODE = 0xf4
export const SET_DIGITAL_PIN_VALUE = 0xf5
export const END_SYSEX = 0xf7
export const REPORT_VERSION = 0xf9
export const SYSTEM_RESET = 0xff

export const ANALOG_MAPPING_QUERY = 0x69
export const ANALOG_MAPPING_RESPONSE = 0x6a
export const CAPABILITY_QUERY = 0x6b
export const CAPABILITY_RESPONSE = 0x6c
export const PIN_STATE_QUERY = 0x6d
export const PIN_STATE_RESPONSE = 0x6e
export const EXTENDED_ANALOG = 0x6f
export const SERVO_CONFIG = 0x70
export const STRING_DATA = 0x71
export const I2C_REQUEST = 0x76
export const I2C_REPLY = 0x77
export const I2C_CONFIG = 0x78
export const REPORT_FIRMWARE = 0x79
export const SAMPLING_INTERVAL = 0x7a

/** In a capability or mapping response: end of a pin's list, or no analog channel. */
export const NOTHING = 0x7f

/** Two 7-bit bytes to one number, low bits first. */
export function from7Bit(low = 0, high = 0): number {
  return low | (high << 7)
}

/** A number of up to 14 bits as two 7-bit bytes, low bits first. */
export function to7Bit(value: number): [low: number, high: number] {
  return [value & 0x7f, (value >> 7) & 0x7f]
}

/** A sysex message; every byte of the payload goes as two 7-bit bytes. */
export function sysex(id: number, payload: Iterable<number>): number[] {
  return [START_SYSEX, id, ...[...payload].flatMap(to7Bit), END_SYSEX]
}
