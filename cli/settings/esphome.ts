import type { Settings } from './setting.ts'

/** What is written for ESPHome. */
export const esphomeSettings = {
  out: {
    flag: '--out <folder>',
    env: 'ESPHOME_OUT',
    help: 'writes all that ESPHome needs into this folder, instead of printing the configuration',
  },
} satisfies Settings
