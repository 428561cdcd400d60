/** What decides which services there are, and what is handed over to them. */
export const serviceSettings = [
  'database',
  'wpConfig',
  'wordpress',
  'ssh',
  'sshKey',
  'sshKnownHosts',
  'from',
  'host',
  'port',
  'board',
  'display',
] as const
