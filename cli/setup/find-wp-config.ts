import { accessSync, constants, type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A configuration of a WordPress on this machine. */
export interface FoundConfig {
  readonly path: string
  readonly isReadable: boolean
}

/** Where sites usually are. */
export function usualRoots(home: string): string[] {
  return [
    process.cwd(),
    ...[
      '/var/www',
      '/srv',
      '/usr/share/nginx',
      '/usr/local/www',
      '/opt',
      '/etc/wordpress',
      '/home',
    ],
    home,
  ]
}

const mostDepth = 4
const mostFolders = 5000
/** A network drive may answer slowly. */
const limitMs = 2000
/** A name with control characters is made to deceive whoever reads it. */
const skipped = /^(node_modules|wp-(content|includes|admin)|vendor|proc|sys|\..*)$|\p{Cc}/u
/** Debian's package names its files by host: `/etc/wordpress/config-<host>.php`. */
const isConfig = (folder: string, name: string) =>
  name === 'wp-config.php' || (folder === '/etc/wordpress' && /^config-.*\.php$/.test(name))

/** Configurations below some folders, level by level, until enough has been looked at. */
export function findWpConfigs(roots: readonly string[], now: () => number): FoundConfig[] {
  const found = new Map<string, FoundConfig>()
  const until = now() + limitMs
  let level = [...new Set(roots)]
  let folders = 0
  for (let depth = 0; depth <= mostDepth && level.length > 0; depth += 1) {
    const next: string[] = []
    for (const folder of level) {
      folders += 1
      if (folders > mostFolders || now() > until) return [...found.values()]
      const entries = entriesOf(folder)
      const configs = entries.filter(({ name }) => isConfig(folder, name))
      for (const { name } of configs) {
        const path = join(folder, name)
        found.set(path, { path, isReadable: isReadable(path) })
      }
      // Below a WordPress there is its own code.
      if (configs.length > 0) continue
      for (const entry of entries) {
        if (entry.isDirectory() && !skipped.test(entry.name)) next.push(join(folder, entry.name))
      }
    }
    level = next
  }
  return [...found.values()]
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}
