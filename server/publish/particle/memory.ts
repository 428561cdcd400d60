import { join } from 'node:path'
import * as v from 'valibot'
import { isDue } from '../../../common/clock.ts'
import { messageOf } from '../../../common/errors.ts'
import { readState, sweepDrafts, writeState } from '../../../common/state-file.ts'
import { monthOf } from './budget.ts'

const Amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** The value is undefined until it has been accepted. */
const Sent = v.object({ value: v.optional(Amount), atMs: v.number() })

const State = v.object({
  /** Data operations. Key: month, as `2026-11`. A clock that is wrong for a while counts elsewhere. */
  operations: v.record(v.string(), Amount),
  /** What was sent last. Key: receiver. */
  sent: v.record(v.string(), Sent),
})
export type Sent = v.InferOutput<typeof Sent>

/** Flash memory wears: the file is written at the first change, at most so often, and at the end. */
const saveEveryMs = 600_000

export interface MemoryOptions {
  readonly directory: string
  readonly now: () => number
  /** Told, for the log, when the file cannot be read or written. */
  readonly onTrouble: (message: string) => void
}

/** What must outlive a restart: a program that restarts all the time must not spend the budget. */
export class ParticleMemory {
  readonly #options: MemoryOptions
  readonly #file: string
  #state: v.InferOutput<typeof State> = { operations: {}, sent: {} }
  #savedMs = Number.NEGATIVE_INFINITY
  #saving: Promise<void> = Promise.resolve()
  /** Why the last attempt to write failed. */
  #unsaved: string | undefined

  constructor(options: MemoryOptions) {
    this.#options = options
    this.#file = join(options.directory, 'particle.json')
  }

  async load(): Promise<void> {
    const { onTrouble } = this.#options
    await sweepDrafts(this.#file)
    const onDamaged = () => onTrouble(`${this.#file} was damaged and has been set aside`)
    this.#state = (await readState(this.#file, State, onDamaged)) ?? this.#state
  }

  /** Data operations of this month. */
  get used(): number {
    return this.#state.operations[monthOf(this.#options.now())] ?? 0
  }

  sent(receiver: string): Sent | undefined {
    return this.#state.sent[receiver]
  }

  /** Counts what is about to be sent. */
  spend(receiver: string, operations: number): void {
    const { now } = this.#options
    this.#state.operations[monthOf(now())] = this.used + operations
    this.#state.sent[receiver] = { value: undefined, atMs: now() }
    if (isDue(now(), this.#savedMs, saveEveryMs)) void this.save()
  }

  /** It has not been sent after all. */
  refund(operations: number): void {
    this.#state.operations[monthOf(this.#options.now())] = Math.max(0, this.used - operations)
  }

  accepted(receiver: string, sent: Sent): void {
    this.#state.sent[receiver] = sent
  }

  /** One write at a time. */
  save(): Promise<void> {
    this.#savedMs = this.#options.now()
    this.#saving = this.#saving.then(async () => {
      try {
        await writeState(this.#file, this.#state)
        this.#unsaved = undefined
      } catch (error) {
        const message = messageOf(error)
        if (message !== this.#unsaved) {
          this.#options.onTrouble(`the Particle budget could not be kept: ${message}`)
        }
        this.#unsaved = message
      }
    })
    return this.#saving
  }
}
