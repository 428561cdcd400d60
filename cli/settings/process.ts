import { join } from 'node:path'
import { logFormats, logLevels } from '../../common/log.ts'
import { homeFolder } from './home.ts'
import type { Environment, Settings } from './setting.ts'
import { choice, either } from './types.ts'

function stateHome({ XDG_STATE_HOME: home }: Environment): string {
  return join(home || join(homeFolder(), '.local', 'state'), 'visitor-counter')
}

/** The process: what it remembers, and what it says. */
export const processSettings = {
  stateDir: {
    flag: '--state-dir <folder>',
    env: 'STATE_DIR',
    help: 'where last readings outlive a restart',
    default: stateHome,
  },
  json: {
    flag: '--json',
    env: 'JSON_OUTPUT',
    help: 'one JSON object a line',
  },
  logFormat: {
    flag: '--log-format <format>',
    env: 'LOG_FORMAT',
    help: 'the log in words (text), or one JSON object a line (json)',
    schema: choice(logFormats),
    default: 'text',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'LOG_LEVEL',
    help: `how much to log: ${either(logLevels)}`,
    schema: choice(logLevels),
    default: 'info',
    // Lines of a log would tear the face of the demo apart; setup, doctor and flash say themselves what is wrong.
    defaultOf: { demo: 'warn', setup: 'warn', doctor: 'error', flash: 'warn' },
  },
} satisfies Settings
