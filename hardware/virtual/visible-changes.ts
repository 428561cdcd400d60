import type { Appearance } from './appearance.ts'

/** Tells listeners of the steps that change what a chip shows. */
export function visibleChanges(display: () => Appearance) {
  const listeners = new Set<() => void>()
  return {
    /** Calls the listener after each such step; returns what ends that. */
    onChange(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Takes a step and tells the listeners if something else is visible after it. */
    after(step: () => void): void {
      const before = JSON.stringify(display())
      step()
      if (JSON.stringify(display()) === before) return
      for (const listener of listeners) listener()
    },
  }
}
