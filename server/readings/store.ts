import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { Reading } from '../../reading.ts'

const CountsSchema = v.object({ visitors: v.number(), views: v.number() })

const Ledger = v.object({
  openFrom: v.string(),
  watermark: v.optional(v.number()),
  days: v.record(v.string(), CountsSchema),
  older: CountsSchema,
  base: CountsSchema,
})

/** What outlives a restart: the last readings, and the full count they were made from. */
const Remembered = v.object({
  site: v.string(),
  source: v.string(),
  why: v.string(),
  timezone: v.string(),
  counts: v.array(v.omit(Reading, ['stale'])),
  ledger: v.pipe(
    Ledger,
    v.transform((ledger) => ({ ...ledger, watermark: ledger.watermark })),
  ),
})
export type Remembered = v.InferOutput<typeof Remembered>

/** A file that keeps one site's last readings. */
export interface Store {
  load(): Promise<Remembered | undefined>
  save(remembered: Remembered): Promise<void>
}

/**
 * @param name of the file in `directory`, without ending
 * @param onDamaged told when a file could not be understood; it has been set aside then
 */
export function openStore(
  directory: string,
  name: string,
  onDamaged: (file: string) => void,
): Store {
  const file = join(directory, `${name}.json`)
  return {
    async load() {
      const text = await readFile(file, 'utf8').catch(() => undefined)
      if (text === undefined) return undefined
      const remembered = v.safeParse(v.pipe(v.string(), v.parseJson(), Remembered), text)
      if (remembered.success) return remembered.output
      await rename(file, `${file}.damaged`).catch(() => undefined)
      onDamaged(file)
      return undefined
    },
    async save(remembered) {
      await mkdir(directory, { recursive: true })
      // Written aside and renamed: a power cut leaves the old file or the new one, never half of one.
      const draft = `${file}.new`
      const handle = await open(draft, 'w')
      try {
        await handle.writeFile(JSON.stringify(remembered))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(draft, file)
    },
  }
}
