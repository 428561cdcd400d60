import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Settings } from './setting.ts'
import { choice, matching, parsed } from './types.ts'

/** What a page and a display's menu have room for, without control characters. */
const words = matching(/^[^\p{C}]{1,60}$/u, '1 to 60 characters on one line')

/** Which WordPress is read, and which of its numbers. */
export const wordpressSettings = {
  wpConfig: {
    flag: '--wp-config <path>',
    env: 'WP_CONFIG',
    help: 'a wp-config.php, or the folder of a WordPress; parsed, not run',
    secret: true,
    perSite: true,
    oneOf: 'WordPress',
  },
  database: {
    flag: '--database <url>',
    env: 'DATABASE_URL',
    help: 'instead of it, the database: mysql://user:password@host:3306/name, with ?socketPath= or ?ssl=true, or sqlite:<file>',
    secret: true,
    perSite: true,
    oneOf: 'WordPress',
  },
  ssh: {
    flag: '--ssh <user@host[:port]>',
    env: 'SSH_HOST',
    help: "the database and the wp-config.php are those that this machine sees, by the system's ssh",
    schema: parsed(parseTarget, 'user@host or user@host:port, as your ssh takes it'),
    perSite: true,
  },
  sshKey: {
    flag: '--ssh-key <file>',
    env: 'SSH_KEY',
    help: 'with --ssh: the private key, where the service has no home with one',
    schema: parsed(absolutePath, 'a path without quotes'),
    perSite: true,
  },
  sshKnownHosts: {
    flag: '--ssh-known-hosts <file>',
    env: 'SSH_KNOWN_HOSTS',
    help: 'with --ssh: the file of known host keys, where the service has no home with one',
    schema: parsed(absolutePath, 'a path without quotes'),
    perSite: true,
  },
  php: {
    flag: '--php',
    env: 'WP_CONFIG_PHP',
    help: 'PHP itself runs the wp-config.php, as you, where only a running PHP can tell what it says',
    perSite: true,
  },
  wordpress: {
    flag: '--wordpress <url>',
    env: 'WORDPRESS_URL',
    help: 'instead of a database, the address of a WordPress that has the agent (visitor-counter agent <url>)',
    perSite: true,
    oneOf: 'WordPress',
  },
  agentKey: {
    flag: '--agent-key <file>',
    env: 'AGENT_KEY',
    help: 'with --wordpress: the key, where it is not in the state folder',
    schema: parsed(absolutePath, 'a path without quotes'),
    perSite: true,
  },
  tablePrefix: {
    flag: '--table-prefix <prefix>',
    env: 'WP_TABLE_PREFIX',
    help: 'the table prefix (default: from wp-config.php, else found)',
    schema: matching(/^[A-Za-z0-9_]+$/, 'letters, digits and underscores, as wp_'),
    perSite: true,
  },
  source: {
    flag: '--source <plugin>',
    env: 'COUNT_SOURCE',
    help: 'the statistics plugin to read, as in docs/plugins.md, or sql',
    default: 'auto',
    perSite: true,
  },
  sql: {
    flag: '--sql <select>',
    env: 'COUNT_SQL',
    help: 'with --source sql: a SELECT that gives one row with one whole number',
    perSite: true,
  },
  label: {
    flag: '--label <text>',
    env: 'COUNT_LABEL',
    help: 'with --source sql: what the number is, as "Orders this year"',
    schema: words,
    perSite: true,
  },
  unit: {
    flag: '--unit <text>',
    env: 'COUNT_UNIT',
    help: 'with --source sql: what one of it is, as "paid orders"',
    schema: words,
    perSite: true,
  },
  matomoSite: {
    flag: '--matomo-site <idsite>',
    env: 'MATOMO_SITE',
    help: 'with --source matomo: which site, where Matomo counts several',
    schema: parsed(
      (text) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined),
      'a whole number from 1 on, as Matomo has it in its list of sites',
    ),
    perSite: true,
  },
  totals: {
    flag: '--totals <how>',
    env: 'TOTALS',
    help: 'when the total of the plugin falls, as by a purge: follow it, or carry the difference forward',
    schema: choice(['follow', 'carry']),
    default: 'follow',
  },
} satisfies Settings

/** `user@host[:port]`, or a host of the user's own ssh configuration. */
function parseTarget(text: string): { destination: string; port?: number } | undefined {
  const [, destination, port] =
    /^((?:[\w.+-]+@)?(?:[A-Za-z0-9][\w.-]*|\[[0-9a-fA-F:]+\]))(?::(\d{1,5}))?$/.exec(text) ?? []
  if (destination === undefined || destination.startsWith('-')) return undefined
  const bare = destination.replace(/[[\]]/g, '')
  if (port === undefined) return { destination: bare }
  return Number(port) >= 1 && Number(port) <= 65_535
    ? { destination: bare, port: Number(port) }
    : undefined
}

/** ssh reads the path of a setting from a text in quotes, and `~` and `%` in it as its own. */
function absolutePath(text: string): string | undefined {
  return /["%\n]/.test(text) || text === ''
    ? undefined
    : resolve(text.replace(/^~(?=\/)/, homedir()))
}
