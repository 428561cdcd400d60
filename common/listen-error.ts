import { FatalError } from './errors.ts'

/** Why a port could not be listened on, and what to do. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): FatalError {
  return new FatalError(reason(error, host, port), { cause: error })
}

function reason({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use by another program; choose one with --port`
    case 'EACCES':
      return `port ${port} needs more rights than this user has; choose one above 1023 with --port`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${host}; choose one with --host`
    default:
      return `cannot listen on ${host}:${port}: ${message}`
  }
}
