import { agentSettings } from './agent.ts'
import { boardSettings } from './board.ts'
import { brightnessSettings } from './brightness.ts'
import { clockSettings } from './clocks.ts'
import { esphomeSettings } from './esphome.ts'
import { faceSettings } from './face.ts'
import { feedSettings } from './feed.ts'
import { httpSettings } from './http.ts'
import { mqttSettings } from './mqtt.ts'
import { particleSettings } from './particle.ts'
import { processSettings } from './process.ts'
import type { Settings, ValueOf } from './setting.ts'
import { setupSettings } from './setup.ts'
import { wordpressSettings } from './wordpress.ts'

/** The settings by subject, in the order of the help. Key: heading. */
export const groups: Readonly<Record<string, Settings>> = {
  WordPress: wordpressSettings,
  Agent: agentSettings,
  HTTP: httpSettings,
  MQTT: mqttSettings,
  Particle: particleSettings,
  'Tasmota and AWTRIX': clockSettings,
  Numbers: feedSettings,
  'Board and display': boardSettings,
  Face: faceSettings,
  Brightness: brightnessSettings,
  ESPHome: esphomeSettings,
  'Setting up': setupSettings,
  Process: processSettings,
}

/** Every setting there is. Key: its name in the program. */
export const settings = {
  ...wordpressSettings,
  ...agentSettings,
  ...httpSettings,
  ...mqttSettings,
  ...particleSettings,
  ...clockSettings,
  ...feedSettings,
  ...boardSettings,
  ...faceSettings,
  ...brightnessSettings,
  ...esphomeSettings,
  ...setupSettings,
  ...processSettings,
}

type AllSettings = typeof settings
export type SettingName = keyof AllSettings

/** What a command gets for some settings. */
export type Values<Name extends SettingName> = { [Key in Name]: ValueOf<AllSettings[Key]> }

type SiteSettingName = {
  [Key in SettingName]: AllSettings[Key] extends { perSite: true } ? Key : never
}[SettingName]

/** What each of several sites has of its own. */
export type SiteValues = { readonly name: string } & Values<SiteSettingName>

export const settingNames = Object.keys(settings) as SettingName[]
/** The settings that say which WordPress is read, and what of it. */
export const siteSettingNames = settingNames.filter(isOfSite)

function isOfSite(name: SettingName): name is SiteSettingName {
  return 'perSite' in settings[name]
}
