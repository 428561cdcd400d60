import type { Finding } from './doctor.ts'

/** Whether this machine's clock is set by the network; undefined where nobody can tell. */
export type IsClockSet = () => Promise<boolean | undefined>

const toleratedSkewSeconds = 5

/**
 * Compares another machine's clock with this one's, and says which of them is wrong where that can be told.
 *
 * @param whose in words, as "the database's"
 * @param aheadSeconds how far it is ahead of this machine's
 */
export async function clockFinding(
  whose: string,
  aheadSeconds: number,
  isSet: IsClockSet,
): Promise<Finding> {
  const subject = 'clock'
  const offBy = `${Math.abs(aheadSeconds).toFixed(1)} s`
  const text = `${whose} clock is ${offBy} ${aheadSeconds < 0 ? 'behind' : 'ahead of'} this machine's`
  if (Math.abs(aheadSeconds) <= toleratedSkewSeconds) return { subject, status: 'ok', text }
  const effect = 'days would begin at the wrong moment, and a number look old or new that is not'
  switch (await isSet()) {
    case true:
      return {
        subject,
        status: 'warning',
        text: `${text}, which takes the time from the network (NTP): ${whose} is wrong`,
        advice: `${effect}: on that machine, sudo timedatectl set-ntp true`,
      }
    case false:
      return {
        subject,
        status: 'warning',
        text: `${text}, which does not take the time from the network (NTP): this machine's may be wrong`,
        advice: `${effect}: here, sudo timedatectl set-ntp true`,
      }
    default:
      return {
        subject,
        status: 'warning',
        text,
        advice: `${effect}: let both machines take the time from the network (NTP)`,
      }
  }
}
