/** What it means to listen on an address, and how to go on from there. */
export function openness(
  host: string,
  token: string | undefined,
): { level: 'info' | 'warn'; text: string } {
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)
  if (isLocal && token !== undefined) {
    const text = 'only this machine and proxies on it can ask, and must bring the token'
    return { level: 'info', text }
  }
  if (isLocal) {
    const text =
      'only this machine can ask; --host 0.0.0.0 opens the bridge to the network, where all who reach this machine can read the counts unless --token keeps them out'
    return { level: 'info', text }
  }
  if (token === undefined) {
    const text = `all who reach this machine at ${host} can read the counts; --token keeps out those who do not know it`
    return { level: 'warn', text }
  }
  const text = `open to the network at ${host}, for those who bring the token; without https it can be read on the way`
  return { level: 'info', text }
}
