// Actions and their operands: voodoospark firmware/voodoospark.cpp.

export const PIN_MODE = 0x00
export const DIGITAL_WRITE = 0x01
export const ANALOG_WRITE = 0x02
export const DIGITAL_READ = 0x03
export const ANALOG_READ = 0x04
export const REPORTING = 0x05
export const SET_SAMPLE_INTERVAL = 0x06
export const INTERNAL_RGB = 0x07
export const PING_READ = 0x08
export const I2C_CONFIG = 0x30
export const I2C_WRITE = 0x31
export const I2C_READ = 0x32
export const I2C_READ_CONTINUOUS = 0x33
export const SERVO_WRITE = 0x41
/** What is not below this is no action. */
export const ACTION_RANGE = 0x46

export const I2C_REPLY = 0x77
export const I2C_REGISTER_NOT_SPECIFIED = 0xff

/** Bytes that follow an action; none where nothing is said. Serial and SPI are known but do nothing. */
export const operandBytes: ReadonlyMap<number, number> = new Map([
  [PIN_MODE, 2],
  [DIGITAL_WRITE, 2],
  [ANALOG_WRITE, 2],
  [DIGITAL_READ, 1],
  [ANALOG_READ, 1],
  [REPORTING, 2],
  [SET_SAMPLE_INTERVAL, 2],
  [INTERNAL_RGB, 3],
  [PING_READ, 1],
  [0x10, 2],
  [0x11, 1],
  [0x12, 1],
  [0x13, 1],
  [0x14, 2],
  [0x15, 1],
  [0x16, 1],
  [0x22, 1],
  [0x23, 1],
  [0x24, 1],
  [0x25, 1],
  [I2C_CONFIG, 2],
  [I2C_WRITE, 3],
  [I2C_READ, 5],
  [I2C_READ_CONTINUOUS, 5],
  [SERVO_WRITE, 2],
  [0x42, 1],
])
