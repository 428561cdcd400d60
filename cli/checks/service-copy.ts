import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from '../../server/doctor.ts'
import { unitName } from '../service/plan.ts'

export interface ServiceWorld {
  /** Of systemd's units. */
  readonly folder: string
  /** When the service became active, milliseconds since 1970; undefined while it is not, or nobody can tell. */
  activeSinceMs(unit: string): Promise<number | undefined>
}

const unit = unitName('serve')
const advice = `after a change there: sudo systemctl restart ${unit}`

/**
 * A wp-config.php that the service has as a credential is a copy, which cannot be read again while it runs.
 *
 * @param file the wp-config.php that is looked at
 * @returns undefined where the service reads the file itself, or there is no service
 */
export async function serviceCopy(
  file: string,
  credentials: string | undefined,
  world: ServiceWorld,
): Promise<Finding | undefined> {
  const subject = 'wp-config'
  if (credentials && file.startsWith(join(credentials, '/'))) {
    const text = `${file} is the copy that systemd made when the service started`
    return { subject, status: 'ok', text, advice }
  }
  if (!handedOver(world.folder).some((path) => isSame(path, file))) return undefined
  const since = await world.activeSinceMs(unit)
  const text = `${unit} has a copy of ${file}, made when it started`
  return since !== undefined && statSync(file).mtimeMs > since
    ? {
        subject,
        status: 'warning',
        text: `${text}; the file has changed since`,
        advice: `sudo systemctl restart ${unit}`,
      }
    : { subject, status: 'ok', text, advice }
}

/** The files that drop-ins of the service hand over as its wp-config.php. */
function handedOver(folder: string): string[] {
  const dropIns = join(folder, `${unit}.d`)
  try {
    return readdirSync(dropIns).flatMap((name) => {
      const text = readFileSync(join(dropIns, name), 'utf8')
      return [...text.matchAll(/^LoadCredential=wp-config\.php:(.+)$/gm)].map(([, path = '']) =>
        path.replaceAll('%%', '%'),
      )
    })
  } catch {
    return []
  }
}

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return false
  }
}

export const thisSystem: ServiceWorld = {
  folder: '/etc/systemd/system',
  async activeSinceMs(name) {
    const args = ['show', '--property', 'ActiveEnterTimestamp', '--value', '--timestamp=unix', name]
    const asked = await promisify(execFile)('systemctl', args, { timeout: 5000 }).catch(
      () => undefined,
    )
    const [, seconds] = /^@(\d+)/.exec(asked?.stdout ?? '') ?? []
    return seconds === undefined || seconds === '0' ? undefined : Number(seconds) * 1000
  },
}
