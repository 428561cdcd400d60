import { hostname } from 'node:os'
import { UsageError } from '../common/errors.ts'
import { brokerAddress } from '../common/mqtt/address.ts'
import type { LinkReport } from '../device/boards/link.ts'
import type { Command } from '../device/control/command.ts'
import type { DisplayState } from '../device/run.ts'
import type { CommandContext } from './command.ts'
import { processId } from './process/process-id.ts'
import type { Values } from './settings/settings.ts'

/** The desk as others see and command it at a broker. */
export interface RemoteDesk {
  report(link: LinkReport): void
  look(display: DisplayState): void
  /** @param obey carries out what the desk is told */
  start(obey: (command: Command) => void): void
  stop(): Promise<void>
}

/**
 * @returns undefined where the desk has no name at a broker
 * @throws UsageError for a name without a broker
 */
export async function openRemoteDesk(
  values: Values<
    'mqtt' | 'homeAssistant' | 'name' | 'feed' | 'countUrl' | 'site' | 'token' | 'display'
  >,
  { log, version }: Pick<CommandContext, 'log' | 'version'>,
): Promise<RemoteDesk | undefined> {
  const { mqtt, homeAssistant, name, feed, countUrl, site, token, display } = values
  if (mqtt === undefined) {
    if (homeAssistant)
      throw new UsageError('--home-assistant needs --mqtt <broker of Home Assistant>')
    if (name !== undefined) {
      throw new UsageError('--name needs --mqtt <broker>: it is what the desk is called there')
    }
    return undefined
  }
  if (!homeAssistant && name === undefined) return undefined
  const address = brokerAddress(mqtt, '--mqtt')
  const { DeskControl, factsOf } = await import('../device/control/desk-control.ts')
  const { asSet } = await import('../device/control/command.ts')
  const { everyReading, offeredByBridge } = await import('../device/control/offers.ts')
  const { feedUrl, isBridge } = await import('../device/run.ts')
  const fromBroker = feed === 'mqtt'
  const fromBridge = !fromBroker && isBridge(countUrl)
  const control = new DeskControl({
    address,
    name: name ?? hostname(),
    id: await processId(),
    discovery: homeAssistant ? { version } : undefined,
    readings: fromBroker || fromBridge ? everyReading : [],
    counts: fromBroker ? { site } : undefined,
    random: Math.random,
    log,
  })
  const url = feedUrl({ countUrl, show: undefined, site }, 'v1/counts')
  const offers = fromBridge
    ? offeredByBridge({ url, token, random: Math.random, log }, (readings) =>
        control.offer(readings),
      )
    : undefined
  control.report({
    show: asSet,
    ...(display === 'terminal'
      ? { link: 'connected', board: 'terminal' }
      : { link: 'disconnected' }),
  })
  return {
    report: ({ link, board }) =>
      control.report({ link, ...(board === undefined ? {} : { board }) }),
    look: (state) => control.report(factsOf(state)),
    start(obey) {
      control.start((command) => {
        obey(command)
        if (command.do === 'show') control.report({ show: command.reading ?? asSet })
      })
      offers?.start()
    },
    async stop() {
      offers?.stop()
      await control.stop()
    },
  }
}
