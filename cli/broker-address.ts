import { accessSync, constants } from 'node:fs'
import { type BrokerAddress, parseBrokerUrl } from '../broker.ts'
import { UsageError } from '../errors.ts'

/**
 * The broker that a setting names, with what the address names on this machine.
 *
 * @param flag of the setting
 * @throws UsageError
 */
export function brokerAddress(text: string, flag: string): BrokerAddress {
  const address = parseBrokerUrl(text, flag)
  const { ca } = address
  try {
    if (ca !== undefined) accessSync(ca, constants.R_OK)
  } catch {
    throw new UsageError(`${flag}: the file of ?ca=${ca} is not there, or may not be read`)
  }
  return address
}
