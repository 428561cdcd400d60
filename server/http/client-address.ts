import { BlockList, isIPv6 } from 'node:net'

/** `10.0.0.0/8`, or one address with all of its bits. */
export interface Network {
  readonly address: string
  readonly bits: number
}

/** The address of a client, given that of the connection and what `X-Forwarded-For` says. */
export type ClientAddress = (
  remote: string | undefined,
  forwardedFor: string | string[] | undefined,
) => string

/**
 * Finds the client behind proxies. Anybody can write `X-Forwarded-For`, and each proxy appends the address
 * of its own client: the last address that is not a trusted proxy is the client.
 */
export function clientAddress(trusted: readonly Network[]): ClientAddress {
  const list = new BlockList()
  for (const { address, bits } of trusted) list.addSubnet(address, bits, family(address))
  const isTrusted = (address: string) => list.check(address, family(address))
  return (remote, forwardedFor) => {
    let client = plain(remote ?? 'unknown')
    if (forwardedFor === undefined || trusted.length === 0) return client
    for (const hop of String(forwardedFor).split(',').reverse()) {
      if (!isTrusted(client)) break
      const before = plain(hop.trim())
      if (!/^[0-9a-fA-F:.]{2,45}$/.test(before)) break
      client = before
    }
    return client
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

/** A socket of both families has IPv4 clients as ::ffff:192.0.2.1. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
