import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../../../common/errors.ts'
import type { Connection } from '../database/connection.ts'
import { connectionOf } from './connection-of.ts'
import { FileWanted, type PhpWorld } from './php/environment.ts'
import { loadPhpParser } from './php/nodes.ts'
import { PhpReader } from './php/reader.ts'
import { isGap, knownOf, type Place, toText, type Value, type Why } from './php/values.ts'

export type WpConfig = {
  connection: Connection
  /** As found; undefined when it cannot be told. */
  tablePrefix: string | undefined
  /** The file that was read. */
  file: string
}

const OR_ELSE = 'or give --database instead'
const RUN_PHP = 'run with --php, or give --database'

/** The files of this machine. */
const here = {
  readFile: (file: string) => readFileSync(file, 'utf8'),
  exists: existsSync,
}

/**
 * Reads the database connection out of a WordPress configuration, which is parsed and never run.
 * `path` is the file (`wp-config.php`, Debian's `config-<host>.php`, Bedrock's `application.php`) or
 * the directory of the site. The files are those of this machine unless others are given.
 *
 * @param prefixIsGiven whether the owner names the table prefix, so that the file need not tell it
 * @throws UsageError for a setting that only a running PHP could tell: nothing is guessed
 */
export async function readWpConfig(
  path: string,
  given: Pick<PhpWorld, 'env'> & Partial<PhpWorld>,
  prefixIsGiven = false,
): Promise<WpConfig> {
  const world = { ...here, ...given }
  const { start, file, code } = findWpConfig(path, world)
  const parse = await loadPhpParser()
  const nodes = parse(code, 'file')
  if (!Array.isArray(nodes)) {
    const line = nodes.errorLine
    throw new UsageError(`${file}: PHP syntax error on line ${line}; correct it, ${OR_ELSE}`)
  }
  if (!/<\?(php|=)/i.test(code)) {
    throw new UsageError(`${file}: no PHP file (there is no <?php in it); give a wp-config.php`)
  }

  const reader = new PhpReader(parse, world)
  const wordpress = [start, dirname(file)].find((dir) => world.exists(join(dir, 'wp-settings.php')))
  if (wordpress) reader.define('ABSPATH', `${wordpress}/`)
  reader.read(file, nodes)
  const connection = connectionOf({
    file,
    constant: (name) => constantText(reader, name, file),
    exists: world.exists,
    readText: (other) => tryRead(other, world).code,
  })
  const variable = reader.variable('table_prefix')
  const prefix = prefixIsGiven ? undefined : textOf(variable, '$table_prefix', file)
  return { connection, tablePrefix: prefix === '' ? undefined : prefix, file }
}

function constantText(reader: PhpReader, name: string, file: string): string | undefined {
  const value = reader.constant(name)
  // A flag that an absent variable of the environment would bring is not there, as for PHP.
  const settled = name === 'MYSQL_CLIENT_FLAGS' && value !== undefined ? knownOf(value) : undefined
  return textOf(settled ?? value, name, file)
}

/** In a directory: where WordPress looks (`wp-load.php`), then where Bedrock keeps its file. */
export function findWpConfig(
  path: string,
  given: Pick<PhpWorld, 'env'> & Partial<PhpWorld>,
): { start: string; file: string; code: string } {
  const world = { ...here, ...given }
  const start = resolve(path)
  const reading = tryRead(start, world)
  if (reading.code !== undefined) return { start, file: start, code: reading.code }
  if (reading.error !== 'EISDIR') throw unreadable(start, reading.error)

  const above = dirname(start)
  const candidates = [
    join(start, 'wp-config.php'),
    ...(world.exists(join(above, 'wp-settings.php')) ? [] : [join(above, 'wp-config.php')]),
    ...[start, above, dirname(above)].map((root) => join(root, 'config/application.php')),
  ]
  const file = candidates.find(world.exists)
  if (!file) {
    throw new UsageError(
      `${start}: no wp-config.php here or one directory up, and no config/application.php of Bedrock; name the file itself, ${OR_ELSE}`,
    )
  }
  const { code, error } = tryRead(file, world)
  if (code === undefined) throw unreadable(file, error)
  return { start, file, code }
}

function tryRead(file: string, world: PhpWorld): { code?: string; error?: unknown } {
  try {
    return { code: world.readFile(file) }
  } catch (error) {
    if (error instanceof FileWanted) throw error
    return { error: error instanceof Error && 'code' in error ? error.code : undefined }
  }
}

function unreadable(file: string, code: unknown): UsageError {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UsageError(`${file}: no such file or directory; name a wp-config.php, ${OR_ELSE}`)
  }
  return new UsageError(`${file}: may not be read; let this user read it, ${OR_ELSE}`)
}

/** The text of a setting; undefined where there is none. */
function textOf(value: Value | undefined, name: string, file: string): string | undefined {
  if (value === undefined) return undefined
  if (isGap(value)) throw new UsageError(`${file}: ${unknown(name, value.why, file)}`)
  const text = toText(value)
  if (text !== undefined) return text
  throw new UsageError(`${file}: ${name} is an array; write a text there, ${OR_ELSE}`)
}

/** Why a setting is not known, and what to do. */
function unknown(name: string, why: Why, file: string): string {
  if (why.kind === 'unset') {
    return `${name} depends on the environment variable ${why.variable}, which is not set; set it, ${OR_ELSE}`
  }
  const where = placeText(why.place, file)
  if (why.kind === 'value') {
    return `${name} depends on ${where}${why.by === undefined ? '' : ` (\`${why.by}\`)`}, which cannot be worked out without running PHP; ${RUN_PHP}`
  }
  const by = why.by === undefined ? 'what only a running PHP knows' : `\`${why.by}\``
  return `${where} decides ${name} by ${by}; ${RUN_PHP}`
}

function placeText(place: Place, file: string): string {
  return `line ${place.line}${place.file === file ? '' : ` of ${place.file}`}`
}
