import * as v from 'valibot'

/** What a process is to a site. */
export type Role =
  /** The broker has not yet sent what it retains: no process reads. */
  | 'undecided'
  | 'reader'
  | 'standby'
  /** The broker is away. */
  | 'alone'

/** What is above it was not counted up; after the highest number no claim could come. */
const mostTerm = 1e12

const Claim = v.object({
  term: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(mostTerm)),
  id: v.string(),
})
type Claim = v.InferOutput<typeof Claim>

export interface LeaderElectionOptions {
  /** Of this process. */
  readonly id: string
  readonly random: () => number
  readonly publishClaim: (claim: string) => void
  /** Sends a word to this process itself. */
  readonly hello: (word: string) => void
  /** Publishes `offline`, as the will would. */
  readonly resign: () => void
  /** Connects anew: with the will when this process is to be the reader, without when not. */
  readonly reconnect: () => void
  /** The role has become another. */
  readonly onChange: () => void
  /** What the broker had retained has come: a reader may publish again. */
  readonly onTold: () => void
}

/** Some clusters send what they have retained beside the order of other messages. */
const quietMs = 200
/** After which a claim that the broker has not sent back is given up. */
const echoMs = 2000
/** How long a reader that blinked has to come back; up to twice that. */
const blinkMs = 1000
/** How long a broker may be away, as for a restart, before each reads for itself. */
const aloneMs = 8000
/** A broker that keeps no claim may be given another configuration. */
const claimAgainMs = 30_000

/**
 * Which of several processes reads the database of a site: there is one seat per site, and every
 * process that could read it watches the same two retained topics. The name of a desk is such a seat too:
 * the reader is the desk that has it.
 *
 * `status` is `online` while a process reads; the broker itself says `offline` when that connection
 * breaks. `claim` names that process, as `{term, id}`. A process that does not find `online` waits a random
 * moment (the reader may only have blinked), then writes a claim with the next term. Of two claims the
 * one with the higher term counts, then that with the higher id: all processes see all claims sooner
 * or later and so come to the same one, in whatever order a cluster of brokers brings them. A holder
 * that sees a lower claim repeats its own; one that sees a higher claim stands down.
 *
 * The winner connects anew, now with the will, and only then publishes `online`. A former standby goes
 * on from what the former reader has published, so no number goes back.
 *
 * Without a broker no process hears of the others: after `aloneMs` each reads for itself, as it would
 * without MQTT, and stands down when the broker is back.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions
  #role: Role = 'undecided'
  #claim: Claim | undefined
  #status: string | undefined
  /**
   * Whether what the broker had retained has come: it sends that before it sends our own word back.
   * A time alone would not do, a busy machine may sleep through it.
   */
  #isTold = false
  #connections = 0
  /** Over this connection. */
  #contests = 0
  /** Whether this process has ever known which process reads. */
  #knew = false
  /** Whether the broker has our claim, as far as we know the highest. */
  #isClaimKept = false
  /** Whether the connection has the will of a reader. */
  #hasWill = false
  #timer: NodeJS.Timeout | undefined
  #alone: NodeJS.Timeout | undefined

  constructor(options: LeaderElectionOptions) {
    this.#options = options
  }

  get role(): Role {
    return this.#role
  }

  /** Whether this process may publish the site now. */
  get mayPublish(): boolean {
    return this.#role === 'reader' && this.#isTold && this.#hasWill
  }

  /** Whether the next connection is to have the will. */
  get wantsWill(): boolean {
    return this.#isMine
  }

  get #isMine(): boolean {
    return this.#claim?.id === this.#options.id
  }

  /** What is heard from now on comes over a new connection, made with the will or not. */
  connected(hasWill: boolean): void {
    clearTimeout(this.#timer)
    this.#isTold = false
    this.#hasWill = hasWill
    this.#status = undefined
    this.#isClaimKept = false
    this.#contests = 0
    this.#connections += 1
  }

  /** The broker has taken the subscriptions. */
  up(): void {
    this.#options.hello(this.#word)
    // It may also be one that does not let us write.
    this.#aloneAfter(aloneMs)
  }

  down(): void {
    clearTimeout(this.#timer)
    this.#isTold = false
    this.#aloneAfter(this.#knew ? aloneMs : 0)
  }

  #aloneAfter(ms: number): void {
    if (this.#alone !== undefined) return
    this.#alone = setTimeout(() => this.#become('alone'), ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#alone)
  }

  /** What the topic `status` says. */
  hearStatus(status: string): void {
    this.#status = status
    this.#heard()
  }

  /** What the topic `claim` says. */
  hearClaim(text: string): void {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Claim), text)
    if (!parsed.success) return
    const before = this.#claim
    const claim = parsed.output
    if (before === undefined || !isHigher(before, claim)) this.#claim = claim
    this.#isClaimKept = before === undefined || !isHigher(before, claim)
    this.#heard()
  }

  /** What the topic `hello` says. */
  hearHello(word: string): void {
    if (word !== this.#word) return
    this.#after(quietMs, () => {
      this.#isTold = true
      this.#decide()
      this.#options.onTold()
    })
  }

  get #word(): string {
    return `${this.#options.id} ${this.#connections}`
  }

  #heard(): void {
    if (this.#isTold) this.#decide()
  }

  #decide(): void {
    clearTimeout(this.#timer)
    if (this.#isMine) this.#take()
    else if (this.#status === 'online') {
      this.#isNotAlone()
      this.#follow()
    }
    // At the start no reader can have blinked: a bridge that is alone does not wait for itself.
    else if (!this.#knew) this.#contest()
    else if (this.#role === 'alone') {
      this.#after(this.#contests === 0 ? this.#blinkMs : claimAgainMs, () => this.#contest())
    } else {
      this.#follow()
      this.#after(this.#blinkMs, () => this.#contest())
    }
  }

  get #blinkMs(): number {
    return blinkMs * (1 + this.#options.random())
  }

  /**
   * The broker has shown that it keeps what is published. That it takes connections and passes a word on
   * shows nothing: it may retain nothing, or not let us write.
   */
  #isNotAlone(): void {
    clearTimeout(this.#alone)
    this.#alone = undefined
  }

  #contest(): void {
    const claim = { term: (this.#claim?.term ?? 0) + 1, id: this.#options.id }
    this.#knew = true
    this.#contests += 1
    this.#aloneAfter(aloneMs)
    this.#options.publishClaim(JSON.stringify(claim))
    // Ours counts once the broker has sent it back.
    this.#after(echoMs, () => this.#decide())
  }

  #take(): void {
    this.#knew = true
    if (this.#isClaimKept) this.#isNotAlone()
    else {
      // The broker has lost it, or has been given a lower one since.
      this.#aloneAfter(aloneMs)
      this.#options.publishClaim(JSON.stringify(this.#claim))
      this.#after(this.#role === 'alone' ? claimAgainMs : echoMs, () => this.#decide())
      if (this.#role === 'alone') return
    }
    if (this.#hasWill) this.#become('reader')
    else this.#reconnect()
  }

  #follow(): void {
    this.#knew = true
    this.#become('standby')
    if (!this.#hasWill) return
    // The winner publishes `online` when it reads. It may end before that, and our `online` would stand
    // for ever.
    this.#options.resign()
    this.#reconnect()
  }

  #reconnect(): void {
    this.#isTold = false
    this.#options.reconnect()
  }

  #become(role: Role): void {
    if (this.#role === role) return
    this.#role = role
    this.#options.onChange()
  }

  #after(ms: number, work: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(work, ms)
  }
}

function isHigher(a: Claim, b: Claim): boolean {
  return a.term !== b.term ? a.term > b.term : a.id > b.id
}
