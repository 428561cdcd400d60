import { createHash } from 'node:crypto'

/**
 * The id of one connection of a process: a broker ends a connection when another comes with its id (MQTT 5,
 * section 3.1.4). 23 letters and digits are what every broker takes (section 3.1.3.1).
 *
 * @param processId tells this process from others
 * @param connection tells this connection from others of the process, as the name of a site
 */
export function clientIdOf(processId: string, connection: string): string {
  const hash = createHash('sha256').update(`${processId}\n${connection}`).digest('hex')
  return `vc${hash.slice(0, 21)}`
}
