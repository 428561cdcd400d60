/** What decides which services there are, and what is handed over to them. */
export const serviceSettings = [
  'database',
  'wpConfig',
  'wordpress',
  'agentKey',
  'ssh',
  'sshKey',
  'sshKnownHosts',
  'from',
  'stateDir',
  'host',
  'port',
  'board',
  'display',
] as const
