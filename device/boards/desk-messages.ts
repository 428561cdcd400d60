import type { Operation, Slot, View } from '../displays/pictures.ts'

// The messages of our own firmware beside Firmata's: hardware/arduino/README.md.

/** What our own firmware calls itself; the version is that of these messages. */
export const ownFirmware = { name: 'VisitorCounter', major: 1 }

const START_SYSEX = 0xf0
const END_SYSEX = 0xf7
const SET_UP = 0x01
const PICTURES = 0x02
const CHANGE = 0x03
const ANSWER = 0x04
const BUTTONS = 0x05

const HAS_OLD = 0x80
const ONCE = 0x40
const OLD_ONLY = 0x80

/** What the board has room for: both pictures with their heads, and the bytes of one transfer. */
const mostPictureBytes = 216
const mostTransferBytes = 63

/** How the display is reached, and which times hold. */
export interface SetUp {
  readonly wires:
    | {
        readonly kind: 'three-wires'
        readonly data: number
        readonly clock: number
        readonly select: number
        readonly lowBitFirst: boolean
        readonly clockIdlesHigh: boolean
        /** Read from the chip each `pollMs`, once it was sent `command`. */
        readonly buttons?: {
          readonly command: number
          readonly bytes: number
          readonly pollMs: number
        }
      }
    | { readonly kind: 'two-wires'; readonly data: number; readonly clock: number }
    /** A transfer begins with the address. */
    | { readonly kind: 'i2c' }
  /** Half the time of a bit on plain pins; 0 is as fast as the board can. */
  readonly halfBitUs: number
  readonly times: Times
}

export interface Times {
  /** The board shows the old picture when it has heard nothing for so long. */
  readonly ttlMs: number
  /** Meanwhile the old one for so long, */
  readonly oldMs: number
  /** and between the fresh one for so long; 0 where the old one can be told by itself. */
  readonly betweenMs: number
  /** It shows both in turn then, and writes its EEPROM at most so often. */
  readonly hourMs: number
  /** Each of both for so long. */
  readonly turnMs: number
}

export function setUpMessage(sequence: number, { wires, halfBitUs, times }: SetUp): number[] {
  return message(SET_UP, [
    sequence,
    ...wiresBytes(wires),
    halfBitUs,
    ...littleEndian(times.ttlMs, 2),
    ...littleEndian(times.hourMs, 4),
    ...littleEndian(times.turnMs, 2),
    ...littleEndian(times.oldMs, 2),
    ...littleEndian(times.betweenMs, 2),
    ...buttonsBytes(wires),
  ])
}

/**
 * Both pictures whole, as transfers in the order in which they are played.
 *
 * @returns undefined when they are more than the board has room for
 */
export function picturesMessage(
  sequence: number,
  view: View,
  slots: readonly Slot[],
): number[] | undefined {
  const bytes = slots.flatMap(({ fresh, old, once = false }) => {
    const head = fresh.length | (old === undefined ? 0 : HAS_OLD) | (once ? ONCE : 0)
    return [head, ...fresh, ...(old ?? [])]
  })
  const fits = slots.every(({ fresh }) => fresh.length <= mostTransferBytes)
  if (!fits || bytes.length > mostPictureBytes || slots.length > 64) return undefined
  return message(PICTURES, [sequence, viewByte(view), ...bytes])
}

/** Whether a message has room for them. */
export function isChange(operations: readonly Operation[]): boolean {
  return operations.reduce((sum, { bytes }) => sum + 1 + bytes.length, 0) <= mostPictureBytes
}

/** Changes to the pictures of the number before. Without any, of their own number, it vouches for them. */
export function changeMessage(
  sequence: number,
  view: View,
  operations: readonly Operation[],
): number[] {
  const bytes = operations.flatMap(({ slot, oldOnly, bytes }) => [
    slot | (oldOnly ? OLD_ONLY : 0),
    ...bytes,
  ])
  return message(CHANGE, [sequence, viewByte(view), ...bytes])
}

const outcomes = [
  'done',
  'display-silent',
  'bad-crc',
  'malformed',
  'not-set-up',
  'out-of-sequence',
] as const

/** What the board says of a message. */
export interface Answer {
  readonly sequence: number
  readonly outcome: (typeof outcomes)[number]
}

/** Undefined for what is no answer, or came garbled. */
export function parseAnswer(sysex: readonly number[]): Answer | undefined {
  const [id, sequence, code, crc] = sysex
  if (id !== ANSWER || sysex.length !== 4 || sequence === undefined) return undefined
  const outcome = outcomes[code ?? -1]
  if (outcome === undefined || (crc8(sysex.slice(0, 3)) & 0x7f) !== crc) return undefined
  return { sequence, outcome }
}

/** The bytes that the chip gave for its buttons; undefined for what is no such report, or came garbled. */
export function parseButtons([id, ...sevens]: readonly number[]): number[] | undefined {
  if (id !== BUTTONS || sevens.length % 2 !== 1) return undefined
  const bytes: number[] = []
  for (let i = 0; i + 1 < sevens.length; i += 2) {
    bytes.push((sevens[i] ?? 0) | ((sevens[i + 1] ?? 0) << 7))
  }
  return (crc8([id, ...bytes]) & 0x7f) === sevens.at(-1) ? bytes : undefined
}

function wiresBytes(wires: SetUp['wires']): number[] {
  switch (wires.kind) {
    case 'three-wires': {
      const flags = (wires.lowBitFirst ? 1 : 0) | (wires.clockIdlesHigh ? 2 : 0)
      return [0, flags, wires.data, wires.clock, wires.select]
    }
    case 'two-wires':
      return [1, 0, wires.data, wires.clock, 0]
    case 'i2c':
      return [2, 0, 0, 0, 0]
  }
}

function buttonsBytes(wires: SetUp['wires']): number[] {
  const buttons = wires.kind === 'three-wires' ? wires.buttons : undefined
  return buttons === undefined ? [0, 0, 0] : [buttons.command, buttons.bytes, buttons.pollMs]
}

function viewByte(view: View): number {
  return view === 'old' ? 1 : 0
}

/** The payload and its CRC as a stream of bits, seven to a byte, low bits first. */
function message(id: number, payload: readonly number[]): number[] {
  return [START_SYSEX, id, ...toSevens([...payload, crc8([id, ...payload])]), END_SYSEX]
}

function toSevens(bytes: readonly number[]): number[] {
  const sevens: number[] = []
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits |= byte << count
    for (count += 8; count >= 7; count -= 7) {
      sevens.push(bits & 0x7f)
      bits >>= 7
    }
  }
  if (count > 0) sevens.push(bits)
  return sevens
}

/** Of the SMBus: polynomial 0x07, from 0. */
function crc8(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1
  }
  return crc
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)
}
