import { join } from 'node:path'
import * as v from 'valibot'
import type { Logger } from '../common/log.ts'
import { readState, sweepDrafts, writeState } from '../common/state-file.ts'
import type { RememberedCounter } from './face/counter.ts'

const Remembered = v.object({
  value: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  asOfMs: v.number(),
  sentAsOfMs: v.optional(v.number()),
  milestone: v.number(),
})

/** Key: what is shown and from where. */
const Memory = v.record(v.string(), Remembered)

/** What the desk knows from before a restart. */
export interface DeskMemory {
  load(): Promise<(RememberedCounter | undefined)[]>
  /** A failure is said once and leaves the desk running. */
  save(counters: readonly (RememberedCounter | undefined)[]): Promise<void>
}

/** @param keys of the counters, one each: the address that they are asked from */
export function openMemory(stateDir: string, keys: readonly string[], log: Logger): DeskMemory {
  const file = join(stateDir, 'device.json')
  let said = false
  /** One at a time: two would write the same draft of the file. */
  let saving: Promise<void> = Promise.resolve()
  const read = async () =>
    (await readState(file, Memory, () => log.warn(`${file} was damaged and has been set aside`))) ??
    {}
  const write = async (counters: readonly (RememberedCounter | undefined)[]) => {
    const known = keys.flatMap((key, i) => (counters[i] ? [[key, counters[i]] as const] : []))
    if (known.length === 0) return
    try {
      await writeState(file, { ...(await read()), ...Object.fromEntries(known) })
      said = false
    } catch (error) {
      if (!said) log.warn(`the last number could not be remembered: ${String(error)}`)
      said = true
    }
  }
  return {
    async load() {
      await sweepDrafts(file)
      const memory = await read()
      return keys.map((key) => memory[key])
    },
    save(counters) {
      saving = saving.then(() => write(counters))
      return saving
    },
  }
}
