import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seeded } from '../support/seeded.ts'
import { faults } from './faults.ts'
import { processNames, startRig } from './rig.ts'

/**
 * The long form, by hand: `npm run soak -- --faults 500` injects so many faults in random order, two at
 * once now and then; `--minutes 30` counts visits at a high rate without any, and sees that memory and
 * open handles stay as they are; `--hours 24` does so for a day and its midnight, with time that goes
 * faster for all processes. The report goes to standard output.
 */

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '0' },
    hours: { type: 'string', default: '0' },
    speed: { type: 'string', default: '48' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const wanted = Number(values.faults)
const hours = Number(values.hours)
/** Time goes as it does in the other runs, and faster through the hours. */
const speed = hours > 0 ? Number(values.speed) : 1
const minutes = hours > 0 ? (hours * 60) / speed : Number(values.minutes)
const repairSeconds = 6
/** From the second quarter of a run to its last. */
const growthLimit = 0.05

const say = (line: string) => process.stdout.write(`${line}\n`)
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const quarter = (values: readonly number[], which: number) =>
  values.slice((values.length / 4) * (which - 1), (values.length / 4) * which)

const ends: (() => unknown)[] = []
let grown = false
const random = seeded(Number(values.seed))
const pick = <T>(list: readonly T[]): T => {
  const chosen = list[Math.floor(random() * list.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}

let interrupted = false
process.once('SIGINT', () => {
  interrupted = true
})

try {
  say(`seed ${values.seed}`)
  const rig = await startRig({ after: (end) => void ends.push(end) }, random, speed)

  if (wanted > 0) {
    const repairs: number[] = []
    const late: string[] = []
    let injected = 0
    let told = 0
    while (injected < wanted && !interrupted) {
      // The same process cannot be killed twice, nor a link fail in two ways.
      const first = pick(faults)
      const target = first.name.split(':')[0]
      const second = pick(faults)
      const both =
        random() < 0.25 && second.name.split(':')[0] !== target ? [first, second] : [first]
      const mends: (() => Promise<unknown>)[] = []
      for (const { begin } of both) mends.push(await begin(rig))
      injected += both.length
      await rig.visit().catch(() => undefined)
      await wait(300 + random() * 2500)
      for (const mend of mends.reverse()) await mend()
      await rig.visit()
      const names = both.map(({ name }) => name).join(' + ')
      const repairMs = await rig.right(60)
      repairs.push(repairMs)
      if (repairMs > repairSeconds * 1000) late.push(`${names}: ${Math.round(repairMs)} ms`)
      for (; told < rig.wrongs.length; told += 1) say(`${injected}, ${names}: ${rig.wrongs[told]}`)
      if (injected % 50 < both.length) say(`${injected} faults, ${rig.wrongs.length} wrong`)
    }
    repairs.sort((a, b) => a - b)
    say(
      `\n${injected} faults: ${rig.wrongs.length} wrong numbers or answers, ${rig.judged.answers} answers and ${rig.judged.displays} displays judged`,
    )
    say(
      `right again after p50 ${Math.round(percentile(repairs, 0.5))} ms, p99 ${Math.round(percentile(repairs, 0.99))} ms, at most ${Math.round(repairs.at(-1) ?? 0)} ms; ${late.length} later than an interval and 5 s`,
    )
    for (const line of late) say(`  ${line}`)
  }

  if (minutes > 0) {
    const samples = new Map(
      processNames.map((name) => [name, { memory: [] as number[], handles: [] as number[] }]),
    )
    const startMs = performance.now()
    const endMs = startMs + minutes * 60_000
    let sampledMs = 0
    while (performance.now() < endMs && !interrupted) {
      await rig.visit()
      await wait(hours > 0 ? random() * 1000 : 50)
      // Within an interval, and what a loaded machine makes of it in fast time.
      if (hours > 0) await Promise.all([rig.right(10), rig.rightToday(10)])
      if (performance.now() - sampledMs < 2000) continue
      sampledMs = performance.now()
      for (const [name, { memory, handles }] of samples) {
        memory.push(await rig.memory(name))
        handles.push(await rig.handles(name))
      }
    }
    if (!interrupted) await rig.right(30)
    const span = hours > 0 ? `${hours} hours in ${minutes} minutes` : `${minutes} minutes`
    say(`\n${span}, ${rig.truth()} views at the end, ${rig.wrongs.length} wrong`)
    for (const [name, { memory, handles }] of samples) {
      const of = (which: number) => ({
        mb: mean(quarter(memory, which)),
        handles: Math.max(...quarter(handles, which)),
      })
      const [second, last] = [of(2), of(4)]
      const growth = last.mb / second.mb - 1
      grown ||= growth > growthLimit || last.handles > second.handles
      say(
        `${name}: ${second.mb.toFixed(1)} MB in the second quarter, ${last.mb.toFixed(1)} in the last (${(growth * 100).toFixed(1)} %); at most ${second.handles} handles, then ${last.handles}`,
      )
    }
    for (const line of rig.wrongs) say(`  ${line}`)
  }
  process.exitCode = rig.wrongs.length === 0 && !grown ? 0 : 1
} catch (error) {
  // Ctrl-C ends the processes of the run, too.
  if (!interrupted) throw error
} finally {
  for (const end of ends.reverse()) await end()
}
