import type { Logger } from '../../common/log.ts'
import type { FeedListener } from './feed.ts'

/** Says in the log what is shown: the first number, and whenever it becomes old or current. */
export function announced(listener: FeedListener, log: Logger): FeedListener {
  let state: 'none' | 'current' | 'old' = 'none'
  return (answer) => {
    const { value, caption, stale, ageSeconds } = answer
    const next = stale === true ? 'old' : 'current'
    if (next !== state) {
      const what = `${value}${caption === undefined ? '' : ` ${caption}`}`
      if (next === 'old') log.warn(`showing ${what}, which is ${ageSeconds} s old`)
      else log.info(`showing ${what}`)
      state = next
    }
    listener(answer)
  }
}
