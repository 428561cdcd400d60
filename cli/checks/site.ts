import type { Logger } from '../../common/log.ts'
import type { Examined, Finding } from '../../server/doctor.ts'
import type { SiteOptions } from '../../server/readings/site-group.ts'
import { isClockSet } from './clock-set.ts'
import { databaseAdvice } from './database-advice.ts'
import { problem } from './finding.ts'

/**
 * Looks at a site of a database as the bridge would.
 *
 * @param stateDir where a bridge remembers what it has read; of none when undefined
 */
export async function checkSite(
  site: SiteOptions,
  log: Logger,
  signal: AbortSignal,
  show: (finding: Finding) => void,
  stateDir?: string,
): Promise<Examined | undefined> {
  const { examineSite } = await import('../../server/doctor.ts')
  const { peekStore } = await import('../../server/readings/store.ts')
  const remembered = stateDir === undefined ? [] : await peekStore(stateDir, site)
  const database = await site.place.open(log)
  // What is under way at the database fails with it.
  const close = () => void database.close()
  signal.addEventListener('abort', close)
  try {
    const findings = examineSite(site, database, Date.now, isClockSet, remembered)
    for (;;) {
      const next = await findings.next()
      if (next.done) return next.value
      if (signal.aborted) return undefined
      show(next.value)
    }
  } catch (error) {
    if (signal.aborted) return undefined
    show(problem('database', error, databaseAdvice(error)))
    return undefined
  } finally {
    signal.removeEventListener('abort', close)
    await database.close()
  }
}
