import type { Command } from '../command.ts'
import { agent } from './agent.ts'
import { board } from './board.ts'
import { completionOf } from './completion.ts'
import { demo } from './demo.ts'
import { device } from './device.ts'
import { doctor } from './doctor.ts'
import { esphome } from './esphome.ts'
import { flash } from './flash.ts'
import { serve } from './serve.ts'
import { service } from './service.ts'
import { settingsOf } from './settings.ts'
import { setup } from './setup.ts'

const commandsWithSettings: readonly Command[] = [
  demo,
  setup,
  serve,
  device,
  board,
  doctor,
  service,
  flash,
  esphome,
  agent,
]

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  ...commandsWithSettings,
  settingsOf(commandsWithSettings),
  completionOf(commandsWithSettings),
]
