import { messageOf, networkReason } from '../../../common/errors.ts'

/** The documents of an app for the two versions, which understand nothing of each other's. */
export interface AppDocuments {
  readonly awtrix3: unknown
  readonly awtrixNg: unknown
}

/** The name of our app on a clock: letters, digits, _ and - (AWTRIX NG, docs/reference/payload.md). */
export const appName = 'visitors'

/** A clock is near, and has one small processor. */
const answerMs = 5000

/**
 * Pushes the app to a clock, whose version is told by what it answers: NG has `/api/v1/apps/pushed`, AWTRIX 3
 * has not.
 *
 * @throws Error that says in words why it was not taken
 */
export async function pushOverHttp(url: URL, documents: AppDocuments): Promise<void> {
  const ng = await send(url, 'PUT', `api/v1/apps/pushed/${appName}`, documents.awtrixNg)
  if (ng.ok) return
  if (ng.status !== 404 && ng.status !== 405 && ng.status !== 501) throw refused(ng.status)
  const three = await send(url, 'POST', `api/custom?name=${appName}`, documents.awtrix3)
  if (!three.ok) throw refused(three.status)
}

async function send(clock: URL, method: 'PUT' | 'POST', path: string, document: unknown) {
  const { username, password, href } = clock
  const url = new URL(path, href.replace(/\/*$/, '/'))
  url.username = ''
  url.password = ''
  const account = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(username !== '' && { Authorization: `Basic ${account.toString('base64')}` }),
      },
      body: JSON.stringify(document),
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
    await answer.body?.cancel()
    return answer
  } catch (error) {
    throw new Error(reasonOf(error))
  }
}

function refused(status: number): Error {
  const why =
    status === 401 || status === 403 ? 'it wants another user and password' : 'it refuses it'
  return new Error(`${why} (${status})`)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error)
  if (error.name === 'TimeoutError') return 'it does not answer'
  return networkReason(error.cause instanceof Error ? error.cause : error)
}
