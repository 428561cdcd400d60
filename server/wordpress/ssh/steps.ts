import { describeConnection } from '../database/connection.ts'
import type { Located, Step } from '../database/place.ts'
import { farOutput } from './far-command.ts'
import { describeTarget, type SshTarget } from './target.ts'

/** What has to work on the way to a database through ssh. */
export async function* sshSteps(
  target: SshTarget,
  locate?: () => Promise<Located>,
): AsyncGenerator<Step> {
  await farOutput(target, ['true'])
  yield { subject: 'ssh', text: `${describeTarget(target)} lets this user in` }
  if (locate === undefined) return
  const { connection } = await locate()
  yield { subject: 'wp-config', text: `the far file names ${describeConnection(connection)}` }
}
