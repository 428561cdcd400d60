import type { Settings } from './setting.ts'
import { OnOff } from './types.ts'

/** Questions of `setup` whose answers are no settings of the programs that run later. */
export const setupSettings = {
  yes: {
    flag: '--yes',
    env: 'SETUP_YES',
    help: 'asks nothing: what no flag says is as proposed, and a question that has no proposal is an error',
  },
  flash: {
    flag: '--flash <on|off>',
    env: 'SETUP_FLASH',
    help: "whether the counter's own firmware is loaded onto the Uno or Nano at --board serial:<path> first",
    schema: OnOff,
  },
  service: {
    flag: '--service <on|off>',
    env: 'SETUP_SERVICE',
    help: 'whether it is to start by itself, also after a power cut: as services of the system, which needs sudo',
    schema: OnOff,
  },
} satisfies Settings
