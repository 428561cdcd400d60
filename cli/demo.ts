import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, ended } from './command.ts'

/** Seconds between two visits, on average: fast enough to watch. */
const visitSeconds = 2

export const demo = command({
  name: 'demo',
  summary:
    'all of it on this machine, without hardware: a made-up WordPress, the bridge, a virtual board',
  settings: ['host', 'port'],
  // Lines of a log would tear the face apart.
  logLevel: 'warn',
  async run({ host, port }, world) {
    const { startDevice, feedUrl } = await import('../device/run.ts')
    const { openFirmata } = await import('../device/boards/firmata.ts')
    const { tcpLink } = await import('../device/boards/tcp.ts')
    const { max7219 } = await import('../device/displays/max7219.ts')
    const { startVirtualBoard } = await import('../hardware/virtual/firmata-board.ts')
    const { Max7219 } = await import('../hardware/virtual/max7219.ts')
    const { createPanel } = await import('../hardware/virtual/panel.ts')
    const { startBridge } = await import('../server/serve.ts')
    const { createDemoSite } = await import('../server/wordpress/demo-site.ts')

    const { log } = world
    const pins = { data: 2, clock: 3, cs: 4 }
    const [now, random] = [Date.now, Math.random]
    const folder = await mkdtemp(join(tmpdir(), 'visitor-counter-demo-'))
    const stops: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })]
    try {
      const file = join(folder, 'wordpress.sqlite')
      const { timeZone: timezone } = new Intl.DateTimeFormat().resolvedOptions()
      const site = createDemoSite({ file, timezone, now, random })
      stops.push(() => site.close())

      const bridge = await startBridge({
        sites: [
          {
            ...{ name: undefined, tablePrefix: undefined, source: 'auto', sql: undefined },
            connection: { engine: 'sqlite', file },
          },
        ],
        pollMs: 1000,
        carry: false,
        host,
        port,
        stateDir: folder,
        ...{ now, random, log },
      })
      stops.push(() => bridge.stop())

      const chip = new Max7219(pins)
      const board = await startVirtualBoard({ host: '127.0.0.1', port: 0, chips: [chip] })
      stops.push(() => board.close())

      world.stdout.write(
        `\n  A made-up blog has visitors, and the counter on the desk shows how many. Ctrl-C ends it.\n\n` +
          `  the bridge   ${bridge.url}/count\n` +
          `  the board    tcp:127.0.0.1:${board.port}, StandardFirmata with a MAX7219\n\n`,
      )
      const panel = createPanel({ out: world.stdout, json: false, now: () => new Date() })
      stops.push(() => panel.stop())
      board.onDisplay((display) => panel.show(display))

      const device = startDevice({
        url: feedUrl(new URL(bridge.url), undefined),
        pollMs: 1000,
        open: (signal) => openFirmata(tcpLink('127.0.0.1', board.port), pins, signal),
        display: max7219(),
        ...{ random, log },
      })
      stops.push(() => device.stop())

      let visit: NodeJS.Timeout
      const next = () => {
        site.visit()
        visit = setTimeout(next, -Math.log(1 - random()) * visitSeconds * 1000)
      }
      next()
      stops.push(() => clearTimeout(visit))

      await ended(world)
    } finally {
      for (const stop of stops.reverse()) await stop()
    }
  },
})
