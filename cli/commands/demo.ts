import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, ended } from '../command.ts'
import { startVirtualDesk } from '../process/virtual-desk.ts'

/** Seconds between two visits, on average: fast enough to watch. */
const visitSeconds = 2

export const demo = command({
  name: 'demo',
  group: 'To begin',
  example: 'visitor-counter demo',
  summary:
    'all of it on this machine, without hardware: a made-up WordPress, the bridge, a virtual board',
  settings: ['host', 'port', 'token'],
  async run({ host, port, token }, context) {
    const { chooseFeed, startDevice } = await import('../../device/run.ts')
    const { openMemory } = await import('../../device/memory.ts')
    const { openFirmata } = await import('../../device/boards/firmata.ts')
    const { tcpLink } = await import('../../device/boards/tcp.ts')
    const { Link } = await import('../../device/boards/link.ts')
    const { max7219 } = await import('../../device/displays/max7219.ts')
    const { startBridge } = await import('../../server/serve.ts')
    const { apart, createDemoSite } = await import('../../server/wordpress/demo-site.ts')
    const { fixedPlace } = await import('../../server/wordpress/database/place.ts')

    const { log } = context
    const pins = { data: 2, clock: 3, cs: 4 }
    const [now, random] = [Date.now, Math.random]
    const folder = await mkdtemp(join(tmpdir(), 'visitor-counter-demo-'))
    const stops: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })]
    try {
      const file = join(folder, 'wordpress.sqlite')
      const { timeZone: timezone } = new Intl.DateTimeFormat().resolvedOptions()
      const site = createDemoSite({ file, timezone, now, random, everySeconds: visitSeconds })
      stops.push(() => site.close())

      const bridge = await startBridge({
        sites: [
          {
            name: undefined,
            tablePrefix: undefined,
            source: 'auto',
            sql: undefined,
            place: fixedPlace({ engine: 'sqlite', file }),
          },
        ],
        pollMs: 1000,
        carry: false,
        host,
        port,
        stateDir: folder,
        access: { token, basePath: '', cors: ['*'], trustedProxies: [] },
        publishers: [],
        now,
        random,
        log,
        signal: context.signal,
      })
      stops.push(() => bridge.stop())

      context.stdout.write(
        `\n  A made-up blog has visitors, and the counter on the desk shows how many. Ctrl-C ends it.\n\n` +
          `  the bridge   ${bridge.url}/count\n  the page     ${bridge.url}/\n`,
      )
      const desk = await startVirtualDesk({
        host: '127.0.0.1',
        port: 0,
        out: context.stdout,
        json: false,
        display: 'max7219',
        caption: 'visitors, total',
        chips: { pins, digits: undefined, addresses: [] },
        header: (port) => `  the board    tcp:127.0.0.1:${port}, StandardFirmata with a MAX7219`,
      })
      stops.push(() => desk.stop())

      const display = max7219.open({})
      const feed = chooseFeed({
        countUrl: new URL(bridge.url),
        show: undefined,
        site: undefined,
        token,
        feed: 'events',
        pollMs: 1000,
        random,
        log,
      })
      const device = await startDevice({
        screen: new Link({
          open: (wiring, signal) => openFirmata(tcpLink('127.0.0.1', desk.port), wiring, signal),
          wiring: { bus: 'spi', pins },
          now: () => performance.now(),
          display,
          random,
          log,
        }),
        face: {
          digits: display.digits,
          hasPoints: display.points,
          points: false,
          statusSign: true,
          legends: ['-'],
          dwellMs: 8000,
          intervalMs: feed.intervalMs,
          rollMs: 1000,
          milestones: { round: true, repdigits: false, list: [] },
          brightness: { level: 8, windows: [], minuteOfDay: () => 0 },
        },
        feeds: [feed.open],
        memory: openMemory(folder, [feed.address], log),
        onExit: 'blank',
        monotonic: () => performance.now(),
        now,
      })
      stops.push(() => device.stop())

      let visit: NodeJS.Timeout
      const next = () => {
        site.visit()
        visit = setTimeout(next, apart(visitSeconds, random) * 1000)
      }
      next()
      stops.push(() => clearTimeout(visit))

      await ended(context)
    } finally {
      for (const stop of stops.reverse()) await stop()
    }
  },
})
