import { posix } from 'node:path'
import { FileWanted, type PhpWorld } from '../config/php/environment.ts'
import { DEFAULT_SOCKETS } from '../database/connection.ts'

/** Prints, for each path it is given, what is there and its bytes; a large file only in part. */
export const lookScript = `for f do
if [ -d "$f" ]; then echo "d 0"
elif [ -f "$f" ] && [ -r "$f" ]; then s=$(head -c 1000000 "$f" | wc -c); echo "f" $s; head -c 1000000 "$f"
elif [ -e "$f" ]; then echo "x 0"
else echo "n 0"; fi; done`

/** What is at a path: a folder, a readable file with its text, something else, or nothing. */
type FarFile = { kind: 'd' | 'x' | 'n' } | { kind: 'f'; text: string }

/** Parses what `lookScript` printed for these paths. */
export function parseLook(paths: readonly string[], output: Buffer): Map<string, FarFile> {
  const files = new Map<string, FarFile>()
  let at = 0
  for (const path of paths) {
    const end = output.indexOf('\n', at)
    const [, kind, bytes] =
      /^([dfxn]) +(\d+)$/.exec(output.toString('latin1', at, Math.max(at, end))) ?? []
    if (kind === undefined) break
    at = end + 1
    const length = Number(bytes)
    if (kind === 'f') files.set(path, { kind, text: output.toString('utf8', at, at + length) })
    else if (kind === 'd' || kind === 'x' || kind === 'n') files.set(path, { kind })
    at += length
  }
  return files
}

/** What reading a WordPress configuration is likely to look at, so that it comes in one go. */
function likely(path: string): string[] {
  const above = posix.dirname(path)
  const folders = [path, above, posix.dirname(above)]
  const names = [
    'wp-config.php',
    'wp-settings.php',
    'config/application.php',
    '.env',
    '.env.local',
    'wp-content/db.php',
  ]
  return [
    path,
    ...folders.flatMap((folder) => names.map((name) => posix.join(folder, name))),
    ...DEFAULT_SOCKETS,
  ]
}

/** Fetches files of another machine. */
export type FarLook = (paths: readonly string[]) => Promise<Buffer>

/**
 * Reads a configuration with the files of another machine: what it asks for and is not here yet is
 * fetched, and it is read again. A configuration looks at a handful of files.
 *
 * @param path absolute, on that machine
 */
export async function withFarFiles<T>(
  path: string,
  look: FarLook,
  read: (world: PhpWorld) => Promise<T>,
): Promise<T> {
  const files = new Map<string, FarFile>()
  const fetchAll = async (paths: readonly string[]) => {
    const found = parseLook(paths, await look(paths))
    for (const wanted of paths) files.set(wanted, found.get(wanted) ?? { kind: 'n' })
  }
  const at = (file: string): FarFile => {
    const found = files.get(file)
    if (found === undefined) throw new FileWanted(file)
    return found
  }
  // There is no environment of that machine's web server to be had.
  const world: PhpWorld = {
    env: {},
    exists: (file) => at(file).kind !== 'n',
    readFile: (file) => {
      const found = at(file)
      if (found.kind === 'f') return found.text
      const code = { d: 'EISDIR', x: 'EACCES', n: 'ENOENT' }[found.kind]
      throw Object.assign(new Error(code), { code })
    },
  }
  await fetchAll(likely(path))
  for (;;) {
    try {
      return await read(world)
    } catch (error) {
      if (!(error instanceof FileWanted)) throw error
      await fetchAll([error.file])
    }
  }
}
