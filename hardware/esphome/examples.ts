import {
  type ConfigurationOptions,
  configuration,
  type EsphomeDisplay,
  esphomeBoards,
} from './configuration.ts'

const mqtt = { kind: 'mqtt', port: 1883, login: true } as const
const http = { kind: 'http' } as const

/** Complete configurations to look at, or to copy; `visitor-counter esphome` makes one for a bridge. */
const wanted: readonly (readonly [string, EsphomeDisplay, ConfigurationOptions['source']])[] = [
  ['d1-mini', 'max7219', mqtt],
  ['d1-mini', 'max7219', http],
  ['nodemcu', 'tm1637', mqtt],
  ['esp32', 'ht16k33', mqtt],
  ['esp32', 'tm1638', http],
  ['esp32-c3', 'tm1637', mqtt],
]

/** Texts of the checked-in configurations. Key: path from the root of the repository. Pure. */
export function examples(): Map<string, string> {
  return new Map(
    wanted.flatMap(([id, display, source]) => {
      const board = esphomeBoards.find((each) => each.id === id)
      if (board === undefined) return []
      const text = configuration({
        board,
        display,
        source,
        digits: 4,
        site: 'www.example.com',
        shows: [
          ['visitors', 'total'],
          ['visitors', 'today'],
        ],
        brightness: '3',
        dim: '22:00-07:00=off,19:00-22:00=1',
        timezone: 'Europe/Berlin',
      })
      const name = `${board.id}-${display}-${source.kind}.yaml`
      return [[`hardware/esphome/configurations/${name}`, text] as const]
    }),
  )
}
