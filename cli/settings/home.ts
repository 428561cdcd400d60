import { homedir } from 'node:os'

/** The home folder of the user; `/` for one without, as a container's user of a bare number. */
export function homeFolder(): string {
  try {
    return homedir() || '/'
  } catch {
    return '/'
  }
}
