import type { Logger } from '../../common/log.ts'

/** The program that supervises this process, as systemd does. */
export interface ServiceManager {
  /** Reports that the process is ready; from now on the watchdog, if there is one, is reset regularly. */
  ready(): void
  stop(): void
}

export interface ServiceManagerOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of this process: a watchdog may be meant for another. */
  readonly pid: number
  readonly log: Logger
}

const program = 'systemd-notify'

/** `systemd-notify` ends when systemd has read the message; after this long it counts as failed. */
const answerMs = 10_000

/**
 * Speaks the protocol of sd_notify(3) where `NOTIFY_SOCKET` is set, and otherwise does nothing.
 *
 * Node has no datagrams over Unix sockets, so systemd's own program sends the messages: the unit needs
 * `NotifyAccess=all`. A timer of the event loop resets the watchdog, so the resets end when the loop hangs.
 */
export function serviceManager({ env, pid, log }: ServiceManagerOptions): ServiceManager {
  if (!env['NOTIFY_SOCKET']) return { ready: () => undefined, stop: () => undefined }
  let timer: NodeJS.Timeout | undefined
  let isHeard = true

  async function say(word: string): Promise<void> {
    const { execFile } = await import('node:child_process')
    execFile(program, [word], { env, timeout: answerMs }, (error) => {
      if (error !== null && isHeard) {
        log.warn(
          `${program} ${word}: ${error.message.trim()}; the service manager may end this process: is ${program} installed, and does the unit say NotifyAccess=all?`,
        )
      }
      isHeard = error === null
    })
  }

  return {
    ready() {
      if (timer !== undefined) return
      void say('READY=1')
      const everyMs = watchdogMs(env, pid)
      if (everyMs === undefined) return
      timer = setInterval(() => void say('WATCHDOG=1'), everyMs)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
    },
  }
}

/**
 * The interval of resets: a third of what the watchdog allows, so that one may be lost on a busy machine.
 * Undefined where there is no watchdog for this process.
 *
 * Source: sd_watchdog_enabled(3).
 */
export function watchdogMs(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | undefined {
  const { WATCHDOG_USEC: allowed = '', WATCHDOG_PID: meant } = env
  if (!/^[1-9]\d*$/.test(allowed)) return undefined
  if (meant !== undefined && meant !== String(pid)) return undefined
  return Math.max(1, Math.floor(Number(allowed) / 3000))
}
