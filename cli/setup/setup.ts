import type { CommandContext } from '../command.ts'
import type { Answers } from './answers.ts'
import type { Conversation } from './conversation.ts'
import type { FoundConfig } from './find-wp-config.ts'
import type { UsbWorld } from './usb-boards.ts'

/** What the steps of a set-up share. */
export interface Setup {
  readonly talk: Conversation
  readonly answers: Answers
  readonly context: CommandContext
  readonly machine: Machine
  /** Whether nobody is asked, so that a step that does not work ends it all. */
  readonly yes: boolean
  /** Paths of files that stay, whatever becomes of the settings. */
  readonly made: string[]
  /** What a step has started; stopped at the end, the last one first. */
  readonly stops: (() => unknown)[]
}

/** What is looked for on this machine. */
interface Machine {
  readonly usb: UsbWorld
  findWpConfigs(): readonly FoundConfig[]
}
