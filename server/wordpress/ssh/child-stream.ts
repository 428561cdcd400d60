import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'

/** How a child ended that a stream leads through. */
export type ChildError = (code: number | null, stderr: string, spawnError?: Error) => Error

/** Of what a child says on its standard error. */
const mostStderr = 16_384

/**
 * The standard streams of a child process as one stream. When the child ends by itself the stream fails
 * with its reason; when the stream is destroyed the child goes too. A child whose parent is killed finds
 * the end of its standard input.
 */
export class ChildStream extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  #stderr = ''

  constructor(program: string, args: readonly string[], explain: ChildError) {
    super()
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-mostStderr)
    })
    // What breaks the pipe, the end of the child explains better.
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => this.destroy(explain(null, this.#stderr, error)))
    child.on('close', (code) => {
      this.destroy(this.destroyed ? undefined : explain(code, this.#stderr))
    })
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, (error) => done(error ?? null))
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdin.destroy()
    this.#child.stdout.destroy()
    this.#child.kill()
    done(error)
  }
}
