import type { Settings } from './setting.ts'

/** What the command `agent` makes. */
export const agentSettings = {
  zip: {
    flag: '--zip <file>',
    env: 'AGENT_ZIP',
    help: 'the zip that is written',
    default: 'visitor-counter-agent.zip',
  },
  check: {
    flag: '--check',
    env: 'AGENT_CHECK',
    help: 'asks the agent that is there, and says what it answers',
  },
} satisfies Settings
