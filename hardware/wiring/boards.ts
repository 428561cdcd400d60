import type { BoardSpec } from './board-spec.ts'
import { mkr, nano, uno } from './boards/arduino.ts'
import { d1Mini, esp32, esp32c3, nodemcu } from './boards/esp.ts'
import { photon } from './boards/photon.ts'
import { raspi } from './boards/raspi.ts'

/** Every board, in the order in which the document tells of them. */
export const boards: readonly BoardSpec[] = [
  uno,
  nano,
  mkr,
  d1Mini,
  nodemcu,
  esp32,
  esp32c3,
  photon,
  raspi,
]
