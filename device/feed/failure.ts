/** Why an HTTP request failed, for people. */
export function failure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node wraps what an abort was given as its reason.
  if (error.name === 'AbortError' && error.cause instanceof Error) return error.cause.message
  const code = 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED)'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no such host (${code})`
    case 'ECONNRESET':
      return 'the connection was cut (ECONNRESET)'
    default:
      return error.message === '' ? code : error.message
  }
}
