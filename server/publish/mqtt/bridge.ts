import type { Logger } from '../../../common/log.ts'
import type { BrokerAddress } from '../../../common/mqtt/address.ts'
import type { Role } from '../../../common/mqtt/leader-election.ts'
import type { Leaderships } from '../../readings/leadership.ts'
import type { SiteState } from '../../readings/poller.ts'
import type { Publisher } from '../publisher.ts'
import type { HomeAssistant } from './home-assistant.ts'
import { MqttSite } from './site.ts'

export interface MqttOptions {
  readonly address: BrokerAddress
  readonly homeAssistant: HomeAssistant | undefined
  /** Of this process, 16 letters and digits. */
  readonly id: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
}

/** A reading also changes without a round of queries: it gets old. */
const lookMs = 1000
/** In `/health`: each site has the same, and a network has many sites. */
const mostProblems = 5

/**
 * The sites of a bridge at a broker: it publishes them, and with that tells this process when it is to
 * read them and when another does.
 */
export class MqttBridge implements Leaderships {
  readonly #options: MqttOptions
  /** Key: name of the site. */
  readonly #sites: Map<string, MqttSite> = new Map()
  readonly #listeners: Set<(site: string) => void> = new Set()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: MqttOptions) {
    this.#options = options
  }

  of(site: string): ReturnType<Leaderships['of']> {
    return this.#site(site).leadership()
  }

  onChange(listener: (site: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  retire(site: string): void {
    void this.#sites.get(site)?.retire()
    this.#sites.delete(site)
  }

  publisher({ sites }: { readonly sites: () => readonly SiteState[] }): Publisher {
    const each = (work: (site: MqttSite, state: SiteState, place: number) => void) => {
      const seen = new Set<string>()
      for (const [place, state] of sites().entries()) {
        const name = state.last?.site
        if (name === undefined || seen.has(name)) continue
        seen.add(name)
        work(this.#site(name), state, place)
      }
    }
    const update = (site?: string) => {
      // A site without a name has nothing to publish. While a network starts many have none.
      if (site === undefined) return
      const states = sites()
      const place = states.findIndex(({ last }) => last !== undefined && last.site === site)
      const state = states[place]
      if (state !== undefined) this.#site(site).update(state, place)
    }
    return {
      start: () => {
        this.#timer = setInterval(
          () => each((site, state, place) => site.look(state, place)),
          lookMs,
        )
      },
      update,
      stop: async () => {
        this.#isStopped = true
        clearInterval(this.#timer)
        await Promise.all([...this.#sites.values()].map((site) => site.stop()))
      },
      health: () => {
        const roles = [...this.#sites.values()].map(({ role }) => role)
        // Of several sites the role that is the least as it should be.
        const order: Role[] = ['alone', 'undecided', 'standby', 'reader']
        const problems = [...this.#sites.values()].flatMap((site) => site.problems)
        return {
          mqtt: order.find((role) => roles.includes(role)) ?? 'undecided',
          ...(problems.length > 0 && { mqttProblems: problems.slice(0, mostProblems) }),
        }
      },
    }
  }

  #site(site: string): MqttSite {
    const known = this.#sites.get(site)
    if (known !== undefined) return known
    const onTurn = () => {
      for (const listener of this.#listeners) listener(site)
    }
    const made = new MqttSite({ ...this.#options, site, onTurn })
    this.#sites.set(site, made)
    // A turn that is asked for after the end is answered at once.
    if (this.#isStopped) void made.stop()
    else made.start()
    return made
  }
}
