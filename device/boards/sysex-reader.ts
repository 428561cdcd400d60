const START_SYSEX = 0xf0
const END_SYSEX = 0xf7
const REPORT_VERSION = 0xf9

/** Longer than anything that our firmware says. */
const mostBytes = 256

interface SysexEvents {
  /** The board has said its version. */
  onVersion(): void
  /** A whole message: its id and what follows, without the bytes around it. */
  onSysex(bytes: readonly number[]): void
}

/** Bytes of our firmware to messages. A byte above 0x7f ends what came before, so that noise spoils no more. */
export function sysexReader({ onVersion, onSysex }: SysexEvents) {
  let sysex: number[] | undefined
  /** Bytes of a version since its first one. */
  let version: number | undefined
  return (chunk: Uint8Array): void => {
    for (const byte of chunk) {
      if (byte === END_SYSEX) {
        if (sysex !== undefined) onSysex(sysex)
        sysex = version = undefined
      } else if (byte > 0x7f) {
        sysex = byte === START_SYSEX ? [] : undefined
        version = byte === REPORT_VERSION ? 0 : undefined
      } else if (sysex !== undefined) {
        sysex = sysex.length < mostBytes ? [...sysex, byte] : undefined
      } else if (version !== undefined) {
        version += 1
        if (version === 2) {
          version = undefined
          onVersion()
        }
      }
    }
  }
}
