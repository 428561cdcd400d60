import { blank, type Cell, type Frame, sameCell, withSign } from '../face/frame.ts'
import type { DisplayDriver, Transfer } from './driver.ts'
import { cellSteps } from './transfers.ts'

/** Which of both pictures is to be seen while somebody vouches for them. */
export type View = 'fresh' | 'old'

/** What a board holds that shows a number as old by itself. */
export interface Pictures {
  readonly fresh: Frame
  readonly old: Frame
  readonly view: View
}

/** One transfer to the display, in both pictures. On I2C the address comes first. */
export interface Slot {
  readonly fresh: readonly number[]
  /** Where it differs. */
  readonly old?: readonly number[]
  /** Only for a display in an unknown state. */
  readonly once?: boolean
}

/** New bytes for a slot; where it has an old one, for that one or for the fresh one alone. */
export interface Operation {
  readonly slot: number
  readonly oldOnly: boolean
  readonly bytes: readonly number[]
}

/** Both pictures of a frame, of which it is the old one where it carries the sign already. */
export function picturesOf({ cells, number, secondAt, intensity, on }: Frame): Pictures {
  const { fresh, old } = number ?? { fresh: withoutSign(cells), old: withSign(cells) }
  const isOld = sameCells(cells, old)
  return {
    fresh: { cells: isOld ? fresh : cells, secondAt, intensity, on },
    old: { cells: old, secondAt, intensity, on },
    view: isOld ? 'old' : 'fresh',
  }
}

/** All transfers of both pictures, in an order that is right for a display in any state. */
export function slotsOf(driver: DisplayDriver, { fresh, old }: Pictures): Slot[] {
  const oldRegisters = driver.registers(old)
  const blanks = fresh.cells.map(() => blank)
  const [unsigned, signed] = [blanks, withSign(blanks)].map((cells) =>
    driver.registers({ ...fresh, cells }),
  )
  return [
    ...driver.dark().map((transfer) => ({ fresh: bytesOf(transfer), once: true })),
    ...driver.settings(fresh).map((transfer) => ({ fresh: bytesOf(transfer) })),
    ...driver.registers(fresh).map((register, index): Slot => {
      const aged = oldRegisters[index] ?? register
      const bytes = bytesOf(driver.write(index, register))
      const oldBytes = bytesOf(driver.write(index, aged))
      // The place of the sign has an old one also where the sign is switched off: it may come.
      const isSign = !isSame(unsigned?.[index]?.bytes ?? [], signed?.[index]?.bytes)
      const differs = !isSame(bytes, oldBytes) || isSign
      return differs ? { fresh: bytes, old: oldBytes } : { fresh: bytes }
    }),
    ...driver.light(fresh).map((transfer) => ({ fresh: bytesOf(transfer) })),
  ]
}

/**
 * What changes from pictures whose slots a board holds to others. The board carries it out in this order,
 * in which nothing that is seen on the way is above the larger number.
 *
 * @param slots as the board holds them
 * @returns undefined where it takes all of the pictures anew: slots of another kind, or a display that has
 *   to be dark meanwhile
 */
export function operationsOf(
  driver: DisplayDriver,
  before: Pictures,
  slots: readonly Slot[],
  after: Pictures,
): Operation[] | undefined {
  const wanted = slotsOf(driver, after)
  if (wanted.length !== slots.length) return undefined
  const needsOld = wanted.some(
    ({ fresh, old }, slot) => slots[slot]?.old === undefined && !isSame(fresh, old ?? fresh),
  )
  if (needsOld) return undefined

  const held = slots.map(({ fresh, old }) => ({ fresh, old }))
  const operations: Operation[] = []
  const set = (slot: number, view: View, bytes: readonly number[]) => {
    const there = held[slot]
    if (there === undefined) return
    const oldOnly = there.old !== undefined && view === 'old'
    if (oldOnly) there.old = bytes
    else there.fresh = bytes
    operations.push({ slot, oldOnly, bytes })
  }
  const start = driver.dark().length + driver.settings(after.fresh).length
  const steps = cellSteps(driver, seen(before), seen(after))
  if (steps === undefined) return undefined
  // The board may have asked for the keys since.
  const modes = driver.keys === undefined ? [] : wanted.slice(driver.dark().length, start)
  for (const [index, { fresh }] of modes.entries()) {
    operations.push({ slot: driver.dark().length + index, oldOnly: false, bytes: fresh })
  }
  for (const { index, register } of steps) {
    const slot = start + index
    const bytes = bytesOf(driver.write(index, register))
    const there = held[slot]
    // The sign is in the other picture already.
    const isHeld = isSame(bytes, after.view === 'old' ? (there?.old ?? there?.fresh) : there?.fresh)
    if (!isHeld) set(slot, after.view, bytes)
  }
  // What is not seen, and all of it where the brightness changes: its command may also light up what an
  // unnoticed power cut has left.
  const restyled = !isSame(style(driver, before.fresh), style(driver, after.fresh))
  const views = ['fresh', 'old'] as const
  for (const [slot, { fresh, old = fresh, once = false }] of wanted.entries()) {
    if (once) continue
    const styles = slot < start || slot >= start + driver.registers(after.fresh).length
    if (styles && !restyled) continue
    const hasOld = held[slot]?.old !== undefined
    for (const view of hasOld ? views : (['fresh'] as const)) {
      const bytes = view === 'old' ? old : fresh
      const there = view === 'old' ? held[slot]?.old : held[slot]?.fresh
      const isSeen = !hasOld || view === after.view
      if ((restyled && isSeen) || !isSame(bytes, there)) set(slot, view, bytes)
    }
  }
  return operations.length > modes.length ? operations : []
}

/** The slots after operations, as the board has them then. */
export function carriedOut(slots: readonly Slot[], operations: readonly Operation[]): Slot[] {
  const held = [...slots]
  for (const { slot, oldOnly, bytes } of operations) {
    const there = held[slot]
    if (there !== undefined) held[slot] = { ...there, [oldOnly ? 'old' : 'fresh']: bytes }
  }
  return held
}

function seen({ fresh, old, view }: Pictures): Frame {
  return view === 'old' ? old : fresh
}

/** Backpacks may be lit in another order, which is none of its matters. */
function style(driver: DisplayDriver, frame: Frame): string[] {
  return [...driver.settings(frame), ...driver.light(frame)]
    .map((each) => JSON.stringify(each))
    .sort()
}

function bytesOf(transfer: Transfer): readonly number[] {
  return transfer.bus === 'i2c' ? [transfer.address, ...transfer.bytes] : transfer.bytes
}

function withoutSign(cells: readonly Cell[]): readonly Cell[] {
  const last = cells.at(-1)
  return last === undefined || 'chase' in last ? cells : cells.with(-1, { ...last, point: false })
}

function sameCells(a: readonly Cell[], b: readonly Cell[]): boolean {
  return a.length === b.length && a.every((cell, i) => sameCell(cell, b[i]))
}

function isSame<T>(a: readonly T[], b: readonly T[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
