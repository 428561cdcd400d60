import { command, ended } from './command.ts'

export const device = command({
  name: 'device',
  summary: 'the desk counter: shows the count on a display at a board',
  settings: ['countUrl', 'board', 'display', 'pins', 'show', 'poll'],
  async run(values, world) {
    const { feedUrl, startDevice } = await import('../device/run.ts')
    const { openFirmata } = await import('../device/boards/firmata.ts')
    const { tcpLink } = await import('../device/boards/tcp.ts')
    const { max7219 } = await import('../device/displays/max7219.ts')
    const { host, port } = values.board
    const running = startDevice({
      url: feedUrl(values.countUrl, values.show),
      pollMs: values.poll,
      open: (signal) => openFirmata(tcpLink(host, port), values.pins, signal),
      display: max7219(),
      random: Math.random,
      log: world.log,
    })
    await ended(world)
    await running.stop()
  },
})
