/**
 * How soon a change is with every one of many displays: a bridge's publisher, a Mosquitto and as many
 * simulated displays, on one machine. The displays share one process, so the figures are its work too.
 *
 *     npx tsc && node build/bench/fleet.js [displays] [changes]
 */
import { Cleanup } from '../test/support/cleanup.ts'
import { connectFleet } from '../test/support/fleet.ts'
import { startMosquitto } from '../test/support/mosquitto.ts'
import { known, site, startPublishing } from '../test/support/publishing.ts'
import { until } from '../test/support/until.ts'
import { counts } from './measure.ts'

const [displays, changes] = counts([2000, 20], [300, 4])
const cleanup = new Cleanup()

const say = (line: string) => process.stdout.write(`${line}\n`)
const ms = (value: number | undefined) => `${Math.round(value ?? 0)} ms`

try {
  const broker = await startMosquitto(cleanup)
  const publishing = startPublishing(cleanup, broker.url)
  publishing.set({ last: known(0) })
  await publishing.bridge.of(site)
  const startedMs = performance.now()
  const fleet = await connectFleet(broker.port, `visitor-counter/${site}/visitors/total`, displays)
  cleanup.after(() => fleet.end())
  say(`${displays} displays connected and subscribed in ${ms(performance.now() - startedMs)}`)
  await until('the bridge reads', async () => (await publishing.bridge.of(site)).leader === 'us')
  const brokerMs = await broker.cpuMs()
  const own = process.cpuUsage()
  const rounds: number[][] = []
  for (let change = 1; change <= changes; change += 1) {
    const publish = () => publishing.set({ last: known(change) })
    rounds.push(await fleet.follow(String(change), publish))
  }
  const { user, system } = process.cpuUsage(own)
  const cpuMs = (await broker.cpuMs()) - brokerMs
  const all = rounds.flat().sort((a, b) => a - b)
  const last = rounds.map((round) => round.at(-1) ?? 0).sort((a, b) => a - b)
  const at = (share: number) => ms(all[Math.floor(share * (all.length - 1))])
  say(`${changes} changes: p50 ${at(0.5)}, p99 ${at(0.99)}`)
  say(
    `the last display has it after ${ms(last[0])} (quickest change), ${ms(last[Math.floor(last.length / 2)])} (median), ${ms(last.at(-1))} (slowest)`,
  )
  say(
    `processor time of a change: broker ${ms(cpuMs / changes)}, displays and bridge ${ms((user + system) / 1000 / changes)}`,
  )
} finally {
  await cleanup.end()
}
