import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { FatalError, messageOf } from '../../../common/errors.ts'

/** What a bridge signs its requests with, and which site they are for. */
export interface AgentKey {
  readonly key: KeyObject
  readonly site: string
}

const KeyFile = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ key: v.string(), site: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)) }),
)

/** Where the key of a site lies when no file was named. */
export function keyFileOf(stateDir: string, url: URL): string {
  const name = `${url.host}${url.pathname}`.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/-$/, '')
  return join(stateDir, `agent-${name}.key`)
}

/**
 * Reads the key of a site.
 *
 * @throws FatalError where there is none, saying how to make one
 */
export async function readKey(file: string, url: URL): Promise<AgentKey> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new FatalError(
      `${file}: the key of ${url.href} cannot be read (${messageOf(error)}); make it, with the plugin for WordPress, by: visitor-counter agent ${url.href}`,
    )
  })
  const parsed = v.safeParse(KeyFile, text)
  if (!parsed.success) {
    throw new FatalError(
      `${file}: this is no key of an agent; delete it and run: visitor-counter agent ${url.href}`,
    )
  }
  return { key: createPrivateKey(parsed.output.key), site: parsed.output.site }
}

/** Makes the key of a site, which only its owner may read; one that is there stays. */
export async function makeKey(file: string, url: URL): Promise<AgentKey> {
  await mkdir(dirname(file), { recursive: true })
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const site = randomBytes(16).toString('base64url')
  await writeFile(file, `${JSON.stringify({ key, site })}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new FatalError(`${file} cannot be written (${error.code})`)
    },
  )
  return readKey(file, url)
}

/** The public half as the agent has it: 32 bytes in base 64. */
export function publicKey({ key }: AgentKey): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url').toString('base64')
}
