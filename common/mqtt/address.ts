import { readFileSync } from 'node:fs'
import { FatalError, UsageError } from '../errors.ts'

/** Which MQTT broker, and how it is spoken to. */
export interface BrokerAddress {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly user: string | undefined
  readonly password: string | undefined
  /** 4 is MQTT 3.1.1; undefined is 5, then 3.1.1 where a broker does not know that. */
  readonly protocol: 4 | 5 | undefined
  /** File with the certificate to trust, where no public authority has signed the broker's. */
  readonly ca: string | undefined
}

const ports = { mqtt: 1883, mqtts: 8883 }
const form = 'mqtt://user:password@host:1883 or mqtts://…:8883'

/**
 * Reads what `--mqtt` and `--from` take. No message repeats any part of the text, which may hold a
 * password.
 *
 * @param flag which of them
 * @throws UsageError
 */
export function parseBrokerUrl(text: string, flag: string): BrokerAddress {
  const wrong = (what: string) =>
    new UsageError(`${flag}: the address of the broker ${what}; it should look like ${form}`)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hash !== '' || url.hostname === '') {
    throw wrong('cannot be read (write : / ? # @ % in a password as %3A %2F %3F %23 %40 %25)')
  }
  const scheme = url.protocol.slice(0, -1)
  if (scheme !== 'mqtt' && scheme !== 'mqtts') throw wrong('is of no known kind')
  if (url.pathname.length > 1) throw wrong('has a path, which MQTT does not know')
  for (const name of url.searchParams.keys()) {
    if (name !== 'protocol' && name !== 'ca') {
      throw wrong('has an unknown parameter; allowed are protocol=4, protocol=5 and ca=<file>')
    }
  }
  const protocol = url.searchParams.get('protocol') ?? undefined
  if (protocol !== undefined && protocol !== '4' && protocol !== '5') {
    throw wrong('has an unknown protocol; allowed are 4 (MQTT 3.1.1) and 5')
  }
  const decoded = (part: string) => {
    try {
      return part === '' ? undefined : decodeURIComponent(part)
    } catch {
      throw wrong('has a % that begins no character (write it as %25)')
    }
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port === '' ? ports[scheme] : url.port),
    tls: scheme === 'mqtts',
    user: decoded(url.username),
    password: decoded(url.password),
    protocol: protocol === undefined ? undefined : protocol === '4' ? 4 : 5,
    ca: url.searchParams.get('ca') ?? undefined,
  }
}

/** For a log: without user and password. */
export function describeBroker({ tls, host, port }: BrokerAddress): string {
  return `${tls ? 'mqtts' : 'mqtt'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * The broker that a setting names, with what the address names on this machine.
 *
 * @param flag of the setting
 * @throws UsageError for the address; FatalError for a file that cannot be read: it may come later, so a
 *   service that is started again has another chance
 */
export function brokerAddress(text: string, flag: string): BrokerAddress {
  const address = parseBrokerUrl(text, flag)
  const { ca } = address
  try {
    if (ca !== undefined) readFileSync(ca)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new FatalError(`${flag}: the file of ?ca=${ca} cannot be read${reason}`)
  }
  return address
}
