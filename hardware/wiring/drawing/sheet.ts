import type { Purpose } from '../displays.ts'

/** Where things stand on the sheet, in pixels. */
export const sheet = { width: 720, height: 424, middle: 228 } as const
export const boardSides = { left: 84, right: 254 } as const
export const shifterSides = { left: 346, right: 432 } as const
export const moduleSides = { left: 500, right: 704 } as const

/** Between wires that run side by side. */
export const WIRE_GAP = 12
/** Between pads of a display module. */
export const PAD_GAP = 30

/** Wires by what they carry; those that are never on one display together may share a colour. */
export const colours: Readonly<Record<Purpose, string>> = {
  supply: '#d32f2f',
  logic: '#d32f2f',
  ground: '#212121',
  data: '#2e7d32',
  sda: '#2e7d32',
  clock: '#1565c0',
  scl: '#1565c0',
  cs: '#8e24aa',
}

export const INK = '#102027'
export const FAINT = '#78909c'
