import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Role, unitName } from './plan.ts'

export interface ServiceStatus {
  readonly role: Role
  /** As systemctl says it: enabled, disabled, not-found. */
  readonly enabled: string
  /** active, inactive, failed. */
  readonly active: string
}

const run = promisify(execFile)

/** What systemd says of the services. */
export async function serviceStatus(roles: readonly Role[]): Promise<ServiceStatus[]> {
  // It ends with a code of its own for each state.
  const ask = async (question: string, unit: string) => {
    const { stdout } = await run('systemctl', [question, unit]).catch(
      (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
    )
    // Of a unit that there is not systemd before 254 says nothing.
    return stdout.trim() || 'not-found'
  }
  return Promise.all(
    roles.map(async (role) => ({
      role,
      enabled: await ask('is-enabled', unitName(role)),
      active: await ask('is-active', unitName(role)),
    })),
  )
}
