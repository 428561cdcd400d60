import { spawn } from 'node:child_process'
import { noSshError, sshError } from './ssh-error.ts'
import { remoteCommand, type SshTarget } from './target.ts'

/** Of what a far command prints: some configuration files. */
const mostBytes = 8_000_000

/**
 * Runs a command in the far shell.
 *
 * @returns what it prints
 * @throws DatabaseError when ssh itself fails, or the command does not end well
 */
export async function farOutput(
  target: SshTarget,
  words: readonly string[],
  input = '',
): Promise<Buffer> {
  const child = spawn('ssh', remoteCommand(target, words), { stdio: ['pipe', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  let bytes = 0
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostBytes) child.kill()
    else chunks.push(chunk)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined).end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(noSshError(target, error)))
    child.on('close', resolve)
  })
  if (code !== 0) throw sshError(target, code, stderr)
  return Buffer.concat(chunks)
}
