/** Tells this process from others at a broker. Node's crypto takes 1 MB of memory: loaded for a broker only. */
export async function processId(): Promise<string> {
  const { randomBytes } = await import('node:crypto')
  return randomBytes(8).toString('hex')
}
