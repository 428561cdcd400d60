import type { Frame } from '../face/frame.ts'
import type { DisplayDriver, Register, Transfer } from './driver.ts'
import { fallenFirst, hasNewLegend, safeOrder, withoutLegend } from './picture.ts'

/** All that a display must be told to show the frame, whatever state it is in; dark until it is told. */
export function initialize(driver: DisplayDriver, frame: Frame): Transfer[] {
  return [...driver.dark(), ...refresh(driver, frame)]
}

/** The same for a display that should be in that state already; it stays lit. */
export function refresh(driver: DisplayDriver, frame: Frame): Transfer[] {
  const registers = driver.registers(frame)
  return [
    ...driver.settings(frame),
    ...(driver.writeAll?.(registers) ??
      registers.map((register, index) => driver.write(index, register))),
    // Last: a display that has lost its power unnoticed holds anything, and stays dark until now.
    ...driver.light(frame),
  ]
}

/**
 * What changes from one frame to the next; nothing when they look the same. The link may die between
 * any two transfers, so no picture on the way is above the larger of both.
 */
export function changes(driver: DisplayDriver, shown: Frame, frame: Frame): Transfer[] {
  const styled = ({ settings, light }: DisplayDriver, of: Frame) => [...settings(of), ...light(of)]
  const restyled = !isSame(styled(driver, shown), styled(driver, frame))
  const cells = cellSteps(driver, shown, frame)?.map(({ index, register, before }) =>
    driver.write(index, register, before),
  )
  if (cells === undefined) {
    if (restyled || driver.lineOrder === undefined) {
      return [...driver.dark(shown), ...refresh(driver, frame)]
    }
    // A chip that has lost its power unnoticed lights up one line of these, which is no figure.
    const lines = changedRegisters(driver, shown, frame).map(({ index, register }) =>
      driver.write(index, register),
    )
    return [...driver.dark(shown), ...lines, ...driver.light(frame)]
  }
  // The command that sets the brightness may also light up what an unnoticed power cut has left.
  return restyled ? [...cells, ...refresh(driver, frame)] : cells
}

/** A register that changes. */
export interface CellStep {
  readonly index: number
  readonly register: Register
  readonly before: Register | undefined
}

/**
 * The registers that change from one frame to the next, in an order in which no picture on the way is
 * above the larger of both; none while the display is dark.
 *
 * @returns undefined where the display has to be dark meanwhile
 */
export function cellSteps(
  driver: DisplayDriver,
  shown: Frame,
  frame: Frame,
): CellStep[] | undefined {
  if (!shown.on) return []
  const changed = changedRegisters(driver, shown, frame)
  // Half of one number and half of two claims anything.
  if (changed.length > 1 && shown.secondAt !== frame.secondAt) return undefined
  if (driver.lineOrder !== undefined && changed.length > 1) return lineSteps(driver, shown, frame)
  if (changed.length > 1 && hasNewLegend(shown, frame)) {
    // Between the two the number belongs to neither.
    const stages = [shown, withoutLegend(shown), withoutLegend(frame), frame]
    const steps = stages.slice(1).map((to, i) => cellSteps(driver, stages[i] ?? shown, to))
    return steps.every((step) => step !== undefined) ? steps.flat() : undefined
  }
  const groups = changed.map(({ register }) => register.places)
  return safeOrder(groups, shown.cells, frame.cells, frame.secondAt)?.flatMap(
    (at) => changed[at] ?? [],
  )
}

/**
 * The same where a register is a line through all places: first all that falls, then all that rises, so that
 * each line is sent twice at most.
 */
function lineSteps(driver: DisplayDriver, shown: Frame, frame: Frame): CellStep[] | undefined {
  // Between two letters the number belongs to neither.
  if (hasNewLegend(shown, frame)) return undefined
  const fallen = fallenFirst(shown.cells, frame.cells, frame.secondAt)
  if (fallen === undefined) return undefined
  const stages = [shown, { ...shown, cells: fallen }, frame]
  const steps = stages.slice(1).map((to, i) => {
    const from = stages[i] ?? shown
    const changed = changedRegisters(driver, from, to)
    const order = driver.lineOrder?.(from.cells, to.cells)
    return order?.flatMap((line) => changed.find(({ index }) => index === line) ?? [])
  })
  return steps.every((step) => step !== undefined) ? steps.flat() : undefined
}

/** The registers that differ between two frames. */
function changedRegisters(driver: DisplayDriver, shown: Frame, frame: Frame): CellStep[] {
  const before = driver.registers(shown)
  return driver
    .registers(frame)
    .flatMap((register, index) =>
      isSame(register.bytes, before[index]?.bytes)
        ? []
        : [{ index, register, before: before[index] }],
    )
}

function isSame<T>(a: readonly T[], b: readonly T[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
