import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What systemd says of this machine's clock; undefined where there is none. */
export async function isClockSet(): Promise<boolean | undefined> {
  const args = ['show', '--property', 'NTPSynchronized', '--value']
  const asked = await promisify(execFile)('timedatectl', args, { timeout: 5000 }).catch(
    () => undefined,
  )
  switch (asked?.stdout.trim()) {
    case 'yes':
      return true
    case 'no':
      return false
    default:
      return undefined
  }
}
