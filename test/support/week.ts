import assert from 'node:assert/strict'
import { parentPort } from 'node:worker_threads'
import type { Board } from '../../device/boards/board.ts'
import { Link } from '../../device/boards/link.ts'
import { within } from '../../device/boards/within.ts'
import { ht16k33 } from '../../device/displays/ht16k33.ts'
import type { RememberedCounter } from '../../device/face/counter.ts'
import type { FeedListener } from '../../device/feed/feed.ts'
import { type Device, startDevice } from '../../device/run.ts'
import { Ht16k33 } from '../../hardware/virtual/ht16k33.ts'
import { segmentsToText } from '../../hardware/virtual/seven-segment.ts'
import { silent } from './log.ts'
import { seededDice } from './seeded.ts'

const weekMs = 7 * 24 * 3_600_000
const intervalMs = 5000
/** A board that has come back is served within 5 s, and a display that has lost its power within 10 s. */
const recoveryMs = 11_000
const wireMs = 30
const addresses = [0x70]
const digits = 4

/** Time that passes from one timer to the next, and lets promises run in between. */
function fakeTime() {
  const timers = new Map<object, { at: number; run: () => void }>()
  let nowMs = 0
  const start = (run: () => void, ms = 0) => {
    const timer = { unref: () => timer }
    timers.set(timer, { at: nowMs + Math.max(1, ms), run })
    return timer
  }
  Object.assign(globalThis, {
    setTimeout: start,
    clearTimeout: (each: object) => timers.delete(each),
  })
  return {
    now: () => nowMs,
    after: start,
    /** @param look called just before the time moves on */
    async runUntil(endMs: number, look: () => void) {
      for (;;) {
        // Not so many turns of the queue of promises, but all of them: a restart takes dozens.
        await new Promise((resolve) => setImmediate(resolve))
        let next: [object, { at: number; run: () => void }] | undefined
        for (const each of timers) if (next === undefined || each[1].at < next[1].at) next = each
        if (next === undefined || next[1].at > endMs) return
        nowMs = next[1].at
        look()
        timers.delete(next[0])
        next[1].run()
      }
    },
  }
}

interface Faults {
  /** Whether the board answers at all. */
  boardUp: boolean
  /** Whether the page with the count does. */
  pageUp: boolean
  /** How old the numbers are that it gives. */
  pageAgeMs: number
}

/** An HT16K33 backpack at a board that is slow, and goes as the faults say. */
function startChips(after: (run: () => void, ms: number) => unknown, faults: Faults) {
  const chips = addresses.map((address) => new Ht16k33({ address, powerOnRam: 0x5b }))
  let lose: (error: Error) => void = () => undefined
  let reset: () => void = () => undefined
  const open = async (): Promise<Board> => {
    if (!faults.boardUp) throw new Error('refused')
    const lost = new Promise<Error>((resolve) => {
      lose = resolve
    })
    return {
      name: 'a board',
      lost,
      send(frame) {
        if (frame.length === 0 && faults.boardUp) return Promise.resolve()
        const done = new Promise<void>((resolve) => {
          after(() => {
            if (!faults.boardUp) return
            for (const transfer of frame) {
              if (transfer.bus !== 'i2c') continue
              chips.find(({ i2c }) => i2c.address === transfer.address)?.i2c.write(transfer.bytes)
            }
            resolve()
          }, wireMs)
        })
        return within(3000, 'no answer', Promise.race([done, lost.then((e) => Promise.reject(e))]))
      },
      onReset: (listener) => {
        reset = listener
      },
      close: () => undefined,
    }
  }
  let text = ''
  const look = () => {
    const shown = chips.map((chip) => chip.display())
    text = shown.every(({ on }) => on)
      ? segmentsToText(shown.flatMap(({ segments }) => segments))
      : 'off'
  }
  for (const chip of chips) chip.onChange(look)
  look()
  return {
    open,
    text: () => text,
    lose: () => lose(new Error('gone')),
    reset: () => reset(),
    cutPower() {
      for (const chip of chips) chip.power(false)
      for (const chip of chips) chip.power(true)
    },
  }
}

/** The number of visitors at each moment, as far back as anyone may still show it. */
function startTruth(now: () => number, keepMs: number) {
  let past: { value: number; untilMs: number }[] = []
  let value = 990
  return {
    set(next: number) {
      past = past.filter(({ untilMs }) => untilMs >= now() - keepMs)
      past.push({ value, untilMs: now() })
      value = next
    },
    value: () => value,
    at: (ms: number) => past.find(({ untilMs }) => untilMs > ms)?.value ?? value,
    since: (ms: number) => [
      ...past.filter(({ untilMs }) => untilMs >= ms).map((each) => each.value),
      value,
    ],
  }
}

/** Lives through the week; how many moments each kind of display had. */
async function simulate() {
  const random = seededDice(7)
  const time = fakeTime()
  /** Changes with each restart. */
  let rollMs = 0
  const faults: Faults = { boardUp: true, pageUp: true, pageAgeMs: 0 }
  const truth = startTruth(time.now, 60_000)
  const chips = startChips(time.after, faults)
  let wallOffsetMs = Date.parse('2026-10-20T00:00:00Z')
  let troubleUntilMs = 0
  const trouble = (ms: number) => {
    troubleUntilMs = Math.max(troubleUntilMs, time.now() + ms + recoveryMs)
  }

  const visit = () => {
    const value = truth.value()
    const falls = value > 9900 || random(2000) === 0
    truth.set(falls ? random(50) : value + 1 + random(random(5) === 0 ? 20 : 2))
    time.after(visit, 1000 + random(100_000))
  }
  visit()

  const page = (listener: FeedListener) => {
    let stopped = false
    const ask = () => {
      if (stopped) return
      const [value, ageSeconds] = [truth.at(time.now() - faults.pageAgeMs), faults.pageAgeMs / 1000]
      if (faults.pageUp) listener({ value, ageSeconds, stale: undefined })
      time.after(ask, intervalMs + random(200))
    }
    return {
      start: () => void time.after(ask, 1),
      stop: () => {
        stopped = true
      },
    }
  }

  let remembered: (RememberedCounter | undefined)[] = [undefined]
  const startCounter = (): Promise<Device> => {
    rollMs = random(2) * intervalMs
    return startDevice({
      screen: new Link({
        open: chips.open,
        wiring: { bus: 'i2c', pins: { data: 0, clock: 0, cs: 0 } },
        display: ht16k33.open({ addresses }),
        now: time.now,
        log: silent,
        random: () => random(1000) / 1000,
      }),
      face: {
        digits,
        hasPoints: true,
        points: false,
        statusSign: true,
        legends: ['-'],
        dwellMs: 8000,
        intervalMs,
        rollMs,
        milestones: { round: false, repdigits: false, list: [] },
        brightness: { level: 3, windows: [], minuteOfDay: () => 0 },
      },
      feeds: [page],
      memory: {
        load: async () => remembered,
        save: async (counters) => {
          remembered = [...counters]
        },
      },
      onExit: 'blank',
      monotonic: time.now,
      now: () => time.now() + wallOffsetMs,
    })
  }
  trouble(0)
  let running = await startCounter()

  const faultsOf: (() => void)[] = [
    () => {
      const ms = random(4) === 0 ? random(7_200_000) : random(60_000)
      faults.boardUp = false
      if (random(2) === 0) chips.lose()
      trouble(ms)
      time.after(() => {
        faults.boardUp = true
        trouble(0)
      }, ms)
    },
    () => {
      faults.pageUp = false
      time.after(
        () => {
          faults.pageUp = true
        },
        random(3) === 0 ? random(7_200_000) : random(60_000),
      )
    },
    () => {
      faults.pageAgeMs = random(2) === 0 ? 0 : random(20_000)
    },
    () => {
      chips.cutPower()
      trouble(0)
    },
    () => {
      chips.reset()
      trouble(0)
    },
    () => {
      wallOffsetMs += random(2) === 0 ? random(7_200_000) : -random(7_200_000)
    },
    () => {
      trouble(0)
      void running.stop().then(async () => {
        running = await startCounter()
      })
    },
  ]
  const fail = () => {
    faultsOf[random(faultsOf.length)]?.()
    time.after(fail, 1000 + random(600_000))
  }
  time.after(fail, 60_000)

  const seen = { fresh: 0, marked: 0, dashes: 0 }
  let last = { digits: '', markedMs: Number.NEGATIVE_INFINITY }
  await time.runUntil(weekMs, () => {
    const text = chips.text()
    const number = text.replaceAll('.', '').trim()
    if (number !== last.digits) last = { digits: number, markedMs: Number.NEGATIVE_INFINITY }
    // The mark of a number that is older than an hour blinks.
    if (text.endsWith('.')) last.markedMs = time.now()
    const isMarked = time.now() - last.markedMs <= 1100
    if (isMarked) seen.marked += 1
    else if (number === '-'.repeat(digits)) seen.dashes += 1
    else seen.fresh += 1
    if (time.now() < troubleUntilMs || isMarked || number === '-'.repeat(digits)) return
    const recent = truth.since(time.now() - 2 * intervalMs - rollMs - 1000)
    const shown = Number(number)
    const isTrue =
      rollMs === 0
        ? recent.includes(shown)
        : shown >= Math.min(...recent) && shown <= Math.max(...recent)
    assert.ok(isTrue, `at ${time.now()} ms "${text}", not of ${recent.join()}`)
  })
  await Promise.race([running.stop(), time.runUntil(weekMs + 60_000, () => undefined)])
  return seen
}

parentPort?.postMessage(await simulate())
