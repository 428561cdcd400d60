import { realpath } from 'node:fs/promises'
import { SerialPort } from 'serialport'

/** USB ids of Arduinos with another chip than the firmware is for. Key: vendor, colon, product. */
const otherBoards: ReadonlyMap<string, string> = new Map([
  ...named('an Arduino Mega', ['2341:0010', '2341:0042', '2341:0242', '2a03:0010', '2a03:0042']),
  ...named('an Arduino Leonardo', ['2341:0036', '2341:8036', '2a03:0036', '2a03:8036']),
  ...named('an Arduino Micro', ['2341:0037', '2341:8037', '2a03:0037', '2a03:8037']),
  ...named('an Arduino Due', ['2341:003d', '2341:003e', '2a03:003d', '2a03:003e']),
  ...named('an Arduino Zero', ['2341:004d', '2341:804d', '03eb:2157', '2a03:804d']),
  ...named('an Arduino MKR1000', ['2341:004e', '2341:804e', '2a03:004e', '2a03:804e']),
  ...named('an Arduino MKR Zero', ['2341:004f', '2341:804f']),
  ...named('an Arduino MKR', [
    '2341:0052',
    '2341:8052',
    '2341:0053',
    '2341:8053',
    '2341:0055',
    '2341:8055',
    '2341:0056',
    '2341:8056',
    '2341:0059',
    '2341:8059',
  ]),
  ...named('an Arduino MKR WiFi 1010', ['2341:0054', '2341:8054']),
  ...named('an Arduino Nano 33 IoT', ['2341:0057', '2341:8057']),
  ...named('an Arduino Nano Every', ['2341:0058']),
  ...named('an Arduino Uno R4', ['2341:0069', '2341:006d', '2341:0369', '2341:1002']),
])

function named(name: string, ids: readonly string[]): [string, string][] {
  return ids.map((id) => [id, name])
}

/** What a board is by its USB id, where that is one that the firmware is not for. */
export function otherBoard(vendorId = '', productId = ''): string | undefined {
  return otherBoards.get(`${vendorId}:${productId}`.toLowerCase())
}

/** The same for what is at a port; undefined where nothing tells. */
export async function otherBoardAt(path: string): Promise<string | undefined> {
  const device = await realpath(path).catch(() => path)
  const ports = await SerialPort.list().catch(() => [])
  const port = ports.find((each) => each.path === device)
  return port === undefined ? undefined : otherBoard(port.vendorId, port.productId)
}
