import type { Logger } from '../../common/log.ts'

/** Who started the process and wants to know how it is, as systemd does. */
export interface ServiceManager {
  /** The process does what it is for; from now on it says again and again that it is alive. */
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

/** It waits until systemd has read its word; a process that lives longer than that has not been heard. */
const answerMs = 10_000

/**
 * Speaks the protocol of sd_notify(3) where `NOTIFY_SOCKET` says that somebody listens, and
 * otherwise does nothing.
 *
 * Node has no datagrams over Unix sockets, so systemd's own program says the word: the unit needs
 * `NotifyAccess=all`. What sends the words of the watchdog is a timer of the event loop: they end
 * when it hangs.
 */
export function serviceManager({ env, pid, log }: ServiceManagerOptions): ServiceManager {
  if (env['NOTIFY_SOCKET'] === undefined) return { ready: () => undefined, stop: () => undefined }
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
 * How often the watchdog wants to hear something: three times in the time that it allows, so that one
 * word may be lost on a busy machine. Undefined where there is none for this process.
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
