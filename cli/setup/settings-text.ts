import { chmod, copyFile, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Document, isMap, parseDocument } from 'yaml'

export interface Change {
  /** Key: as the settings file calls it. */
  readonly set: ReadonlyMap<string, { readonly text: string; readonly secret: boolean }>
  readonly remove: readonly string[]
}

const heading = ` Settings of visitor-counter, for all of its commands: "visitor-counter settings" explains them.`

/**
 * The text of a settings file with some answers changed; what else stands in it, and its comments, stay.
 *
 * @param before of the file that there is; empty without one
 */
export function settingsText(before: string, { set, remove }: Change): string {
  const given = parseDocument(before, { schema: 'failsafe' })
  // A file of comments alone is one without settings.
  const document = isMap(given.contents) ? given : new Document({}, { schema: 'failsafe' })
  if (document !== given) document.commentBefore = given.commentBefore ?? given.comment ?? heading
  for (const key of remove) document.delete(key)
  for (const [key, { text }] of set) document.set(key, document.createNode(text))
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

/** The same for people, with `…` in place of what is secret. */
export function settingsForPeople(
  before: string,
  change: Change,
  secretKeys: ReadonlySet<string>,
): string {
  const hidden = parseDocument(settingsText(before, change), { schema: 'failsafe' })
  for (const key of secretKeys) if (hidden.has(key)) hidden.set(key, '…')
  return hidden.toString({ lineWidth: 0 })
}

/**
 * Puts a settings file in its place, readable by its owner alone: written beside it, then renamed, so that
 * there is a whole one at every moment. One that was there is kept as `….old`.
 */
export async function writeSettingsFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    // A draft of somebody else may have been there.
    await file.chmod(0o600)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const old = `${path}.old`
  try {
    await copyFile(path, old)
    await chmod(old, 0o600)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  await rename(draft, path)
}
