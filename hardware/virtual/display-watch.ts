import type { Appearance } from './appearance.ts'
import type { Chip, DisplayChip } from './pins.ts'

export type DisplayListener = (display: Appearance, chip: DisplayChip) => void

const isDisplay = (chip: Chip): chip is DisplayChip => 'display' in chip

/**
 * Tells what displays show, once a frame instead of once a register: when everything that has come
 * in is processed, or when `flush` says that a frame is complete. A frame of which only a part has
 * come shows that part, as the real digits do.
 */
export function watchDisplays(chips: readonly Chip[]) {
  const displays = chips.filter(isDisplay)
  const listeners = new Set<DisplayListener>()
  /** By chip: what was last told, as JSON. */
  const told = new Map(displays.map((chip) => [chip, JSON.stringify(chip.display())]))
  let pending: NodeJS.Immediate | undefined

  function flush() {
    if (!pending) return
    clearImmediate(pending)
    pending = undefined
    for (const chip of displays) {
      const display = chip.display()
      const seen = JSON.stringify(display)
      if (told.get(chip) === seen) continue
      told.set(chip, seen)
      for (const listener of listeners) listener(display, chip)
    }
  }

  const unwatch = displays.map((chip) =>
    chip.onChange(() => {
      pending ??= setImmediate(flush)
    }),
  )

  return {
    flush,
    onDisplay(listener: DisplayListener): void {
      listeners.add(listener)
    },
    stop(): void {
      for (const end of unwatch) end()
      clearImmediate(pending)
    },
  }
}
