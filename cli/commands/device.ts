import * as v from 'valibot'
import { UsageError } from '../../common/errors.ts'
import { brokerAddress } from '../../common/mqtt/address.ts'
import type { LinkReport } from '../../device/boards/link.ts'
import type { FeedOptions, Showing } from '../../device/run.ts'
import type { Screen } from '../../device/screens/screen.ts'
import { type CommandContext, command, ended } from '../command.ts'
import { captionOf, checkRoom, type DisplayValues, displayAt } from '../display-at.ts'
import { keepSmall } from '../process/footprint.ts'
import { processId } from '../process/process-id.ts'
import { openRemoteDesk } from '../remote-desk.ts'
import { faceSettings } from '../settings/face.ts'
import type { Values } from '../settings/settings.ts'

/** Digits of the terminal, which has no chip with a usual number of them. */
const terminalDigits = 8

/** What `auto` is for a device: the bridge has the events for what is to come at once. */
const autoPollMs = 5000

export const device = command({
  name: 'device',
  group: 'To run',
  example: 'visitor-counter device --count-url http://127.0.0.1:8787 --board serial:/dev/ttyACM0',
  summary: 'the desk counter: shows the count on a display at a board',
  settings: [
    'countUrl',
    'token',
    'site',
    'feed',
    'mqtt',
    'homeAssistant',
    'name',
    'poll',
    'show',
    'dwell',
    'board',
    'particleToken',
    'particleUrl',
    'display',
    'digits',
    'modules',
    'moduleWiring',
    'decimalPoints',
    'digitOrder',
    'addresses',
    'pins',
    'points',
    'statusSign',
    'roll',
    'milestones',
    'brightness',
    'dim',
    'timezone',
    'onExit',
    'testPattern',
    'stateDir',
  ],
  async run(values, context) {
    keepSmall()
    const { chooseFeed, farewell, startDevice, testPattern } = await import('../../device/run.ts')
    const { openMemory } = await import('../../device/memory.ts')
    const { announced } = await import('../../device/feed/announce.ts')
    const { localMinuteOfDay } = await import('../../device/face/brightness.ts')
    // The zone of the whole process: Intl, which could tell any zone's time, takes 8 MB of memory.
    if (values.timezone !== undefined) process.env['TZ'] = values.timezone
    const feedOf = await feedsOf(values)
    const remote = await openRemoteDesk(values, context)
    const { screen, digits, hasPoints, stop } = await openScreen(values, context, (report) =>
      remote?.report(report),
    )
    const { log } = context
    if (values.testPattern) {
      const level = values.brightness === 'off' ? 0 : values.brightness
      const pattern = testPattern(digits, level)
      screen.show(pattern)
      screen.start()
      await ended(context)
      await screen.stop(farewell(values.onExit, pattern))
      await stop()
      leaveSoon()
      return
    }
    const pollMs = values.poll === 'auto' ? autoPollMs : values.poll
    const showing = (shows: Values<'show'>['show']): Showing => {
      const readings = shows ?? [{ reading: undefined, legend: '-', isBeside: false }]
      const feeds = readings.map(({ reading }, counter) =>
        chooseFeed({
          countUrl: values.countUrl,
          show: reading,
          site: values.site,
          token: values.token,
          feed: feedOf(counter),
          pollMs,
          random: Math.random,
          log,
        }),
      )
      return {
        face: {
          digits,
          hasPoints,
          points: values.points,
          statusSign: values.statusSign,
          legends: readings.map(({ legend }) => legend),
          turns: turnsOf(readings),
          dwellMs: values.dwell,
          intervalMs: Math.max(...feeds.map(({ intervalMs }) => intervalMs)),
          rollMs: (values.roll ?? canRoll(values)) ? pollMs : 0,
          milestones: values.milestones,
          brightness: {
            level: values.brightness,
            windows: values.dim ?? [],
            minuteOfDay: localMinuteOfDay,
          },
        },
        feeds: feeds.map(
          ({ open }) =>
            (listener) =>
              open(announced(listener, log)),
        ),
        memory: openMemory(
          values.stateDir,
          feeds.map(({ address }) => address),
          log,
        ),
      }
    }
    const running = await startDevice({
      ...showing(values.show),
      screen,
      onExit: values.onExit,
      monotonic: () => performance.now(),
      now: Date.now,
      onLook: (display) => remote?.look(display),
    })
    remote?.start((command) => {
      switch (command.do) {
        case 'light':
          running.light(command.level)
          break
        case 'test pattern':
          running.testPattern(command.isWanted)
          break
        case 'show': {
          const { reading } = command
          void running.show(showing(reading === undefined ? values.show : readingOf(reading)))
        }
      }
    })
    context.ready()
    await ended(context)
    await Promise.all([running.stop(), remote?.stop()])
    await stop()
    leaveSoon()
  },
})

/** One reading, as `--show` takes it. */
function readingOf(reading: string): Values<'show'>['show'] {
  return v.parse(faceSettings.show.schema, reading)
}

/** The counters of each turn, two where one stands beside the other. */
function turnsOf(readings: readonly { readonly isBeside: boolean }[]): number[][] {
  const turns: number[][] = []
  for (const [index, { isBeside }] of readings.entries()) {
    if (isBeside) turns.at(-1)?.push(index)
    else turns.push([index])
  }
  return turns
}

/** One step of a matrix takes half a second at 57600 baud. */
function canRoll({ board, display }: Pick<DisplayValues, 'board' | 'display'>): boolean {
  return board?.kind !== 'serial' || display !== 'max7219-matrix'
}

/** A call to a cloud or the opening of a port cannot be aborted; the process does not wait for it. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), 100).unref()
}

/** The feed of each counter by its position: at a broker each has a connection of its own. */
async function feedsOf({
  feed,
  mqtt,
}: Values<'feed' | 'mqtt'>): Promise<(counter: number) => FeedOptions['feed']> {
  if (feed !== 'mqtt') return () => feed
  if (mqtt === undefined) {
    throw new UsageError('--feed mqtt needs --mqtt <broker> (or environment variable MQTT_URL)')
  }
  const address = brokerAddress(mqtt, '--mqtt')
  const id = await processId()
  const { clientIdOf } = await import('../../common/mqtt/client-id.ts')
  return (counter) => ({ address, clientId: clientIdOf(id, `desk ${counter}`) })
}

/** The display of the settings, and what is to be stopped after it. */
async function openScreen(
  values: DisplayValues,
  context: CommandContext,
  onReport: (report: LinkReport) => void,
): Promise<{ screen: Screen; digits: number; hasPoints: boolean; stop: () => Promise<void> }> {
  if (values.display === 'terminal') {
    const { terminalScreen } = await import('../../device/screens/terminal.ts')
    const digits = values.digits ?? terminalDigits
    checkRoom(values.show, digits)
    const hasPoints = values.decimalPoints ?? true
    return {
      screen: terminalScreen(context.stdout, {
        log: process.stderr,
        caption: captionOf(values.show),
        term: process.env['TERM'],
      }),
      digits,
      hasPoints,
      stop: async () => {},
    }
  }
  const { wiring, display, open, stop } = await displayAt(values, context.stdout)
  const { Link } = await import('../../device/boards/link.ts')
  const link = new Link({
    wiring,
    display,
    log: context.log,
    random: Math.random,
    open,
    now: () => performance.now(),
    onReport,
  })
  return { screen: link, digits: display.digits, hasPoints: display.points, stop }
}
