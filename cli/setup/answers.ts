import { keyOf } from '../settings/file.ts'
import { type EffectiveSettings, loadSettings, valuesOf } from '../settings/load.ts'
import type { Environment } from '../settings/setting.ts'
import { type SettingName, settings, type Values } from '../settings/settings.ts'

/** How far a flag or a variable of the environment is from the user; a settings file is farther. */
const said = 1

export interface AnswersOptions {
  /** As the command was called. */
  readonly effective: EffectiveSettings
  readonly env: Environment
  /** The settings file that there is. */
  readonly config: string | undefined
}

/** What is to stand in the settings file, as text: given with a flag, or answered. */
export class Answers {
  readonly #options: AnswersOptions
  /** Key: setting. */
  readonly #texts: Map<SettingName, string> = new Map()
  readonly #removed: Set<SettingName> = new Set()

  constructor(options: AnswersOptions) {
    this.#options = options
    for (const [name, { text, distance }] of options.effective) {
      if (text !== undefined && distance <= said) this.#texts.set(name, text)
    }
  }

  /** What was given or answered. */
  get(name: SettingName): string | undefined {
    return this.#texts.get(name)
  }

  /** What the settings file has so far, to be proposed. */
  before(name: SettingName): string | undefined {
    const { text, distance = 0 } = this.#options.effective.get(name) ?? {}
    return distance === said + 1 ? text : undefined
  }

  set(name: SettingName, text: string): void {
    this.#texts.set(name, text)
    this.#removed.delete(name)
  }

  /** Takes answers back, and what the settings file says in their place. */
  remove(...names: readonly SettingName[]): void {
    for (const name of names) {
      this.#texts.delete(name)
      this.#removed.add(name)
    }
  }

  /** What goes into the settings file. Key: as it is called there. */
  forFile(): { set: ReadonlyMap<string, { text: string; secret: boolean }>; remove: string[] } {
    const set = new Map<string, { text: string; secret: boolean }>()
    for (const [name, text] of this.#texts) {
      set.set(keyOf(name), { text, secret: 'secret' in settings[name] })
    }
    return { set, remove: [...this.#removed].map(keyOf) }
  }

  /**
   * The values of some settings, as a command would get them from the file that is to be written.
   *
   * @throws UsageError for what is not allowed
   */
  async values<const Name extends SettingName>(
    names: readonly Name[],
    command?: string,
  ): Promise<Values<Name>> {
    const { env, config } = this.#options
    const loaded = await loadSettings(names, {
      command,
      flags: Object.fromEntries(this.#texts),
      env,
      config,
      mayBeNew: true,
      without: this.#removed,
    })
    // The schema of each setting has made its value.
    return valuesOf(loaded.effective) as Values<Name>
  }
}
