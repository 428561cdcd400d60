import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { AgentDatabase } from '../../server/wordpress/agent/client.ts'
import { type AgentKey, makeKey } from '../../server/wordpress/agent/key.ts'
import { pluginCode } from '../../server/wordpress/agent/plugin-zip.ts'
import { type StatementList, statementList } from '../../server/wordpress/agent/statements.ts'
import { temporaryFolder } from './folder.ts'
import type { WordPress } from './wordpress.ts'

// This file runs from build/test/support/.
const template = join(
  import.meta.dirname,
  '../../../server/wordpress/agent/visitor-counter-agent.php',
)

/** The agent in each site of a WordPress, whatever plugins that has active. */
export async function installAgent(
  t: Pick<TestContext, 'after'>,
  wordpress: WordPress,
): Promise<{ key: AgentKey; list: StatementList; code: string }> {
  const key = await makeKey(join(await temporaryFolder(t), 'agent.key'), wordpress.url('any'))
  const list = await statementList()
  const code = pluginCode(await readFile(template, 'utf8'), key, list)
  await wordpress.write('plugins/visitor-counter-agent/visitor-counter-agent.php', code)
  await wordpress.write(
    'mu-plugins/agent.php',
    "<?php require WP_PLUGIN_DIR . '/visitor-counter-agent/visitor-counter-agent.php';",
  )
  return { key, list, code }
}

/** A database through the agent. */
export function openAgent(url: URL, key: AgentKey, now = Date.now): AgentDatabase {
  return new AgentDatabase({ url, key, now, fetch })
}
