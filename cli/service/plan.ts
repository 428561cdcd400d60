import { dirname, join } from 'node:path'
import { UsageError } from '../../common/errors.ts'

export type Role = 'serve' | 'device'

/** What a service is to run, and what it has to reach. */
export interface ServiceWanted {
  readonly roles: readonly Role[]
  /** Absolute paths. */
  readonly node: string
  /** Of `dist/visitor-counter.js`. */
  readonly program: string
  readonly settingsFile: string
  /** The configurations of those WordPresses on this machine that are read. */
  readonly wpConfigs: readonly { readonly path: string; readonly access: Access }[]
  /** Further files that only their owner may read, as an SSH key or the key of an agent. */
  readonly secrets: readonly SecretFile[]
  /** The device file of a board at a serial port; undefined without one. */
  readonly serialPort: string | undefined
  /** The pins of a Raspberry Pi, whose packages are in a folder. */
  readonly packagesIn: string | undefined
}

/** Who may read a file beside its owner: everybody, a group by its number, or nobody. */
export type Access = 'all' | { readonly group: number } | 'owner'

export interface SecretFile {
  /** What the file is called inside of the service. */
  readonly name: string
  /** The variable that says where it is; none for a name that the program looks for by itself. */
  readonly variable?: string
  readonly path: string
}

/** Where folders of people are: `ProtectHome=` hides them from a service. */
const homes = /^\/(home|root|run\/user)(\/|$)/

export function unitName(role: Role): string {
  return `visitor-counter-${role}.service`
}

/**
 * What has to stand beside the unit of a role so that it runs this very program with these settings, which
 * systemd hands over: the user that the service runs as may read none of them.
 *
 * @throws UsageError for a program that will not stay where it is
 */
export function dropIn(role: Role, wanted: ServiceWanted): string {
  const { node, program, settingsFile, wpConfigs, secrets, serialPort, packagesIn } = wanted
  if (/[/\\]_npx[/\\]/.test(program)) {
    throw new UsageError(
      'this program runs out of the cache of npx, which is emptied now and then: install it first, as docs/running.md says, then run "visitor-counter service install"',
    )
  }
  const isServe = role === 'serve'
  const lines: string[] = [
    'EnvironmentFile=',
    `LoadCredential=settings.yaml:${escaped(settingsFile)}`,
    'ExecStart=',
    `ExecStart=${quoted(node)} ${quoted(program)} ${role} --config %d/settings.yaml`,
    `WorkingDirectory=${role === 'device' && packagesIn !== undefined ? escaped(packagesIn) : `%S/visitor-counter-${role}`}`,
  ]
  const reached = [prefixOf(node), packageOf(program)]
  if (!isServe && packagesIn !== undefined) reached.push(packagesIn)
  if (isServe) {
    for (const { name, variable, path } of secrets) {
      lines.push(`LoadCredential=${name}:${escaped(path)}`)
      if (variable !== undefined) lines.push(`Environment=${variable}=%d/${name}`)
    }
    for (const { path, access } of wpConfigs) {
      if (access !== 'owner') {
        reached.push(dirname(path))
        if (access !== 'all') lines.push(`SupplementaryGroups=${access.group}`)
        continue
      }
      // The variable has room for one.
      if (wpConfigs.length > 1) {
        throw new UsageError(
          `${path} can be read by its owner alone; of several sites each must let a group read it: chmod g+r ${path}`,
        )
      }
      // Only root could read it; a copy is made at each start.
      lines.push(`LoadCredential=wp-config.php:${escaped(path)}`)
      lines.push('Environment=WP_CONFIG=%d/wp-config.php')
    }
  }
  if (!isServe && serialPort !== undefined && !/^\/dev\/tty(ACM|USB)\d+$/.test(serialPort)) {
    lines.push(`DeviceAllow=${escaped(serialPort)} rw`)
  }
  const atHome = [...new Set(reached.filter((path) => homes.test(path)))]
  if (atHome.length > 0) {
    lines.push('ProtectHome=tmpfs', ...atHome.map((path) => `BindReadOnlyPaths=${quoted(path)}`))
  }
  return `# Made by "visitor-counter service install"; "visitor-counter service remove" takes it away.\n[Service]\n${lines.join('\n')}\n`
}

/** The folder that a Node is installed in, as `~/.nvm/versions/node/v22.1.0`. */
function prefixOf(node: string): string {
  return dirname(dirname(node))
}

/** The folder with the program and all that it needs: what is installed beside it, or the package alone. */
function packageOf(program: string): string {
  const [before, ...inside] = program.split('/node_modules/')
  return inside.length > 0 && before !== undefined
    ? join(before, 'node_modules')
    : dirname(dirname(program))
}

/**
 * In a unit file % begins a specifier.
 *
 * @throws UsageError for what would be further lines of it, which root would carry out
 */
function escaped(path: string): string {
  if (/\p{Cc}/u.test(path)) {
    throw new UsageError(
      `${JSON.stringify(path)} has a line break or another control character in its name, so no service is made of it; rename it`,
    )
  }
  return path.replaceAll('%', '%%')
}

function quoted(path: string): string {
  return /^[\w./+@:-]+$/.test(path) ? path : `"${escaped(path).replace(/[\\"]/g, '\\$&')}"`
}
