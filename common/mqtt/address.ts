import { readFileSync } from 'node:fs'
import { FatalError } from '../errors.ts'
import { type BrokerAddress, parseBrokerUrl } from './broker.ts'

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
