import type { CloudOptions } from '../../common/particle-cloud.ts'
import type { OpenBoard } from './board.ts'

/** A board as it is named in the settings. */
export type BoardSetting = RealBoard | { readonly kind: 'virtual' }

export type RealBoard =
  | { readonly kind: 'serial'; readonly path: string }
  | { readonly kind: 'tcp' | 'voodoospark'; readonly host: string; readonly port: number }
  | { readonly kind: 'particle'; readonly device: string }
  /** `i2c-1` or `spidev0.0`, where it is not the usual one. */
  | { readonly kind: 'raspi'; readonly device: string | undefined }
  | { readonly kind: 'io'; readonly plugin: string }

/**
 * How a board is opened. What only one kind needs is loaded then.
 *
 * @param particle the cloud, for `particle` alone
 */
export function boardOpener(board: RealBoard, particle: CloudOptions): OpenBoard {
  switch (board.kind) {
    case 'serial':
      return async (wiring, signal) => {
        const [{ openFirmata }, { serialLink }] = await Promise.all([
          import('./firmata.ts'),
          import('./serial.ts'),
        ])
        return openFirmata(serialLink(board.path), wiring, signal)
      }
    case 'tcp':
      return async (wiring, signal) => {
        const [{ openFirmata }, { tcpLink }] = await Promise.all([
          import('./firmata.ts'),
          import('./tcp.ts'),
        ])
        return openFirmata(tcpLink(board.host, board.port), wiring, signal)
      }
    case 'voodoospark':
      return async (wiring, signal) => {
        const { openVoodooSpark } = await import('./voodoospark.ts')
        return openVoodooSpark(board.host, board.port, wiring, signal)
      }
    case 'particle': {
      let open: OpenBoard | undefined
      return async (wiring, signal) => {
        const { openCloud } = await import('../../common/particle-cloud.ts')
        const { particleOpener } = await import('./particle.ts')
        open ??= particleOpener({
          device: board.device,
          cloud: openCloud(particle),
          now: () => performance.now(),
        })
        return open(wiring, signal)
      }
    }
    case 'raspi':
      return async (wiring, signal) => {
        const { openRaspi } = await import('./raspi.ts')
        return openRaspi(wiring, signal, undefined, board.device)
      }
    case 'io':
      return async (wiring, signal) => {
        const { openPlugin } = await import('./plugin.ts')
        return openPlugin(board.plugin, wiring, signal)
      }
  }
}
