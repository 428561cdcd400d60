import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'

/** Licences that let us pass a package on with its notice, and ask nothing more. SPDX identifiers. */
const permissive = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'])

interface Part {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Its licence files, as they are. */
  readonly text: string
}

/** What is used of a package.json. */
const Manifest = v.object({
  name: v.string(),
  version: v.string(),
  license: v.optional(v.string()),
})

interface Chunk {
  readonly type: string
  /** Paths of what is in it. */
  readonly moduleIds?: readonly string[]
}

/**
 * A plugin of the bundler that writes down whose code is in the bundle, with the licences, which
 * permissive licences ask of everybody who passes it on. A package without one of them ends the build.
 *
 * @param fileName of the notice, beside the bundle
 */
export function thirdParty(fileName: string) {
  return {
    name: 'third-party',
    generateBundle(
      this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): string },
      _options: unknown,
      bundle: Readonly<Record<string, Chunk>>,
    ) {
      const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds)
      const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []))
      this.emitFile({ type: 'asset', fileName, source: notice([...folders].map(readPart)) })
    },
  }
}

/** The folder of the package that a module belongs to; undefined for our own. */
function packageFolder(id: string): string | undefined {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(id)?.[1]
}

function readPart(folder: string): Part {
  const manifest = v.parse(
    v.pipe(v.string(), v.parseJson(), Manifest),
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const { name, version } = manifest
  const licence = manifest.license ?? 'not named'
  if (!permissive.has(licence)) {
    throw new Error(
      `${name} ${version} (${dirname(folder)}) is bundled, but its licence is ${licence}; allowed are ${[...permissive].join(', ')}`,
    )
  }
  return { name, version, licence, text: licenceText(folder) }
}

/** The text that comes with a package; some have it in the README, some nowhere. */
function licenceText(folder: string): string {
  const files = readdirSync(folder).sort()
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim()
  const texts = files.filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).map(read)
  const readmes = files.filter((file) => /^readme/i.test(file)).map(read)
  const sections = readmes.flatMap((text) => /^#+\s*licen[cs]e[\s\S]*/im.exec(text) ?? [])
  const found = texts.length > 0 ? texts : sections
  return found.length > 0 ? found.join('\n\n') : 'The package comes without a text of this licence.'
}

function notice(parts: readonly Part[]): string {
  const sorted = parts.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const list = sorted.map(({ name, version, licence }) => `${name} ${version}: ${licence}`)
  const texts = sorted.map(
    ({ name, version, licence, text }) =>
      `${'-'.repeat(80)}\n${name} ${version} (${licence})\n\n${text.replaceAll('\r\n', '\n')}`,
  )
  return [
    'This bundle contains code of the packages below, which were made by others.',
    list.join('\n'),
    ...texts,
    '',
  ].join('\n\n')
}
