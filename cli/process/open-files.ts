import { readFile } from 'node:fs/promises'

/**
 * How many descriptors this process may have open (RLIMIT_NOFILE; Node has raised the soft limit to the hard
 * one by then). Undefined where the system does not tell.
 */
export async function openFileLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
  return soft === undefined ? undefined : Number(soft)
}
