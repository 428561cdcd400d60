import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Cleanup } from '../support/cleanup.ts'
import { seeded } from '../support/seeded.ts'
import { faultsOf } from './faults.ts'
import { type Rig, startRig } from './rig.ts'

/**
 * The long form, by hand: `npm run soak -- --faults 500` injects so many faults in random order, two at
 * once now and then, with two sites, bridges, replicas and desks (`--copies 1` for one); `--minutes 30` counts visits at a high rate without any, and sees that memory and
 * open handles stay as they are; `--hours 24` does so for a day and its midnight, with time that goes
 * faster for all processes. The report goes to standard output; Ctrl-C has it come early.
 */

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '0' },
    hours: { type: 'string', default: '0' },
    speed: { type: 'string', default: '48' },
    copies: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const wanted = Number(values.faults)
const hours = Number(values.hours)
/** Time goes as it does in the other runs, and faster through the hours. */
const speed = hours > 0 ? Number(values.speed) : 1
const minutes = hours > 0 ? (hours * 60) / speed : Number(values.minutes)
const repairSeconds = 6
/** Of memory, from the second quarter of a run to its last. */
const growthLimit = 0.05

const say = (line: string) => process.stdout.write(`${line}\n`)
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length
const quarter = (list: readonly number[], which: number) =>
  list.slice((list.length / 4) * (which - 1), (list.length / 4) * which)

const random = seeded(Number(values.seed))
const pick = <T>(list: readonly T[]): T => {
  const chosen = list[Math.floor(random() * list.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}

/** Resolves with whether all has been well. */
async function injectFaults(rig: Rig): Promise<boolean> {
  const faults = faultsOf(rig)
  const repairs: number[] = []
  const late: string[] = []
  let injected = 0
  let told = 0
  while (injected < wanted && !interrupted) {
    // The same process cannot be killed twice, nor a link fail in two ways.
    const first = pick(faults)
    const target = first.name.split(':')[0]
    const second = pick(faults)
    const both = random() < 0.25 && second.name.split(':')[0] !== target ? [first, second] : [first]
    const mends: (() => Promise<unknown>)[] = []
    for (const { begin } of both) mends.push(await begin(rig))
    injected += both.length
    await rig.visit().catch(() => undefined)
    await wait(300 + random() * 2500)
    for (const mend of mends.reverse()) await mend()
    await rig.visit()
    const names = both.map(({ name }) => name).join(' + ')
    const repairMs = await rig.right(120).catch((error: unknown) => {
      say(`${injected}, ${names}; what was said last:`)
      for (const line of rig.output.slice(-40)) say(`  ${line}`)
      throw error
    })
    repairs.push(repairMs)
    if (repairMs > repairSeconds * 1000) late.push(`${names}: ${Math.round(repairMs)} ms`)
    for (; told < rig.wrongs.length; told += 1) say(`${injected}, ${names}: ${rig.wrongs[told]}`)
    if (injected % 50 < both.length) say(`${injected} faults, ${rig.wrongs.length} wrong`)
  }
  repairs.sort((a, b) => a - b)
  const { answers, displays } = rig.judged
  say(
    `\n${injected} faults: ${rig.wrongs.length} wrong numbers or answers, ${answers} answers and ${displays} displays judged`,
  )
  say(
    `right again after p50 ${Math.round(percentile(repairs, 0.5))} ms, p99 ${Math.round(percentile(repairs, 0.99))} ms, at most ${Math.round(repairs.at(-1) ?? 0)} ms; ${late.length} later than an interval and 5 s`,
  )
  for (const line of late) say(`  ${line}`)
  return late.length === 0
}

/** Resolves with whether nothing has grown. */
async function countSteadily(rig: Rig): Promise<boolean> {
  const samples = new Map(
    rig.processNames.map((name) => [name, { memory: [] as number[], handles: [] as number[] }]),
  )
  const startMs = performance.now()
  const endMs = startMs + minutes * 60_000
  let sampledMs = 0
  while (performance.now() < endMs && !interrupted) {
    await rig.visit()
    await wait(hours > 0 ? random() * 1000 : 50)
    // Longer than an interval of fast time: what a pause of the machine is in it.
    if (hours > 0) await Promise.all([rig.right(10), rig.rightToday(10)])
    if (performance.now() - sampledMs < 2000) continue
    sampledMs = performance.now()
    for (const [name, { memory, handles }] of samples) {
      memory.push(await rig.memory(name))
      handles.push(await rig.handles(name))
    }
  }
  const ranMinutes = (performance.now() - startMs) / 60_000
  const span = `${ranMinutes.toFixed(1)} minutes`
  const spans = hours > 0 ? `${((ranMinutes / 60) * speed).toFixed(1)} hours in ${span}` : span
  say(`\n${spans}, ${rig.truth()} views at the end, ${rig.wrongs.length} wrong`)
  for (const line of rig.wrongs) say(`  ${line}`)
  // What starts grows: of a part of a run nothing can be said.
  if (interrupted) return true
  let isSteady = true
  for (const [name, { memory, handles }] of samples) {
    const [second, last] = [mean(quarter(memory, 2)), mean(quarter(memory, 4))]
    const [most, least] = [Math.max(...quarter(handles, 2)), Math.min(...quarter(handles, 4))]
    const growth = last / second - 1
    isSteady &&= growth <= growthLimit && least <= most
    say(
      `${name}: ${second.toFixed(1)} MB in the second quarter, ${last.toFixed(1)} in the last (${(growth * 100).toFixed(1)} %); at most ${most} handles, then at least ${least}`,
    )
  }
  await rig.right(30)
  return isSteady
}

const cleanup = new Cleanup()
let interrupted = false
process.once('SIGINT', () => {
  interrupted = true
})
try {
  say(`seed ${values.seed}`)
  const rig = await startRig(cleanup, { random, speed, copies: Number(values.copies) })
  const isRepaired = wanted === 0 || (await injectFaults(rig))
  const isSteady = minutes === 0 || (await countSteadily(rig))
  process.exitCode = rig.wrongs.length === 0 && isRepaired && isSteady ? 0 : 1
} finally {
  await cleanup.end()
}
