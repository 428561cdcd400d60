import { createHash } from 'node:crypto'

/** Where Home Assistant says `online` when it has started. */
export const haStatusTopic = 'homeassistant/status'

/** What a topic of availability says. */
export const haAvailability = { payload_available: 'online', payload_not_available: 'offline' }

/** The discovery document of a device. */
export function discoveryTopic(id: string): string {
  return `homeassistant/device/${id}/config`
}

/**
 * The id of a device: letters, digits, `_` and `-`; a digest tells apart what those cannot.
 *
 * @param kind what ids of other kinds do not begin with
 */
export function deviceId(kind: string, name: string): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, '_')
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `${kind}_${plain}_${digest}`
}

/** Home Assistant that has just come up is busy; as many devices should not all answer at once. */
const birthMs = { least: 2000, most: 20_000 }

/** How long to wait until what Home Assistant is to know goes out again after it has started. */
export function afterBirthMs(random: () => number): number {
  return birthMs.least + random() * (birthMs.most - birthMs.least)
}
