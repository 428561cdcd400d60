import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FatalError, UsageError } from '../../common/errors.ts'
import { command } from '../command.ts'

/** What a person does with the zip. */
export const uploadStep =
  'In WordPress, under Plugins, Add New, Upload Plugin: choose this file, install and activate it.'

/**
 * Writes the plugin for a WordPress, with a key of its own, which is made where there is none.
 *
 * @param file of the key
 * @returns the path of the zip
 */
export async function writeAgentZip(url: URL, file: string, zip: string): Promise<string> {
  const { makeKey } = await import('../../server/wordpress/agent/key.ts')
  const { statementList } = await import('../../server/wordpress/agent/statements.ts')
  const { pluginCode, pluginZip } = await import('../../server/wordpress/agent/plugin-zip.ts')
  const key = await makeKey(file, url)
  const template = await readFile(
    new URL(import.meta.resolve('#agent/visitor-counter-agent.php')),
    'utf8',
  )
  const out = resolve(zip)
  const content = pluginZip(pluginCode(template, key, await statementList()))
  await writeFile(out, content).catch((error: NodeJS.ErrnoException) => {
    throw new FatalError(`--zip: ${out} cannot be written (${error.code})`)
  })
  return out
}

export const agent = command({
  name: 'agent',
  group: 'To run',
  example: 'visitor-counter agent https://www.example.com',
  summary: 'the plugin for a WordPress where only PHP runs: it answers the bridge; --check asks it',
  argument: '[url]',
  settings: ['wordpress', 'agentKey', 'stateDir', 'zip', 'check', 'json'],
  async run(values, { args: [argument], stdout, log }) {
    const address = argument ?? values.wordpress
    if (address === undefined) {
      throw new UsageError('which WordPress? visitor-counter agent https://www.example.com')
    }
    const { agentPlace, parseWordpressUrl } = await import('../../server/wordpress/agent/place.ts')
    const { keyFileOf, readKey } = await import('../../server/wordpress/agent/key.ts')
    const url = parseWordpressUrl(address)
    const file = values.agentKey ?? keyFileOf(values.stateDir, url)
    const say = (text: string, facts: object) =>
      stdout.write(values.json ? `${JSON.stringify(facts)}\n` : `${text}\n`)

    if (values.check) {
      const database = await agentPlace(url, await readKey(file, url), Date.now).open(log)
      try {
        const { readSchema, readSite } = await import('../../server/wordpress/site.ts')
        const { agentPrefix } = await import('../../server/wordpress/agent/template.ts')
        const schema = await readSchema(database.query, 'mysql')
        const site = await readSite(database.query, schema, 'mysql', agentPrefix, undefined)
        const ms = Math.round(database.stopwatch('query'))
        say(
          `The agent at ${url.host} answers for ${site.name} (${ms} ms of the web server). Go on with:\n  visitor-counter serve --wordpress ${url.href}`,
          { ok: true, site: site.name, ms },
        )
      } finally {
        database.close()
      }
      return
    }
    const out = await writeAgentZip(url, file, values.zip)
    say(
      [
        `${out} is the plugin for ${url.host}.`,
        `1. ${uploadStep}`,
        `2. visitor-counter agent ${url.href} --check`,
        `3. visitor-counter serve --wordpress ${url.href}`,
        `The key stays in ${file}; who has it can read the figures, and nothing else. The zip holds no secret.`,
      ].join('\n'),
      { zip: out, key: file },
    )
  },
})
