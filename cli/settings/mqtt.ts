import type { Settings } from './setting.ts'
import { matching } from './types.ts'

/** It is a part of a topic, percent-encoded, and what Home Assistant calls the desk. */
const DeskName = matching(
  /^(?! )[^\p{Cc}\p{Cs}]{1,64}(?<! )$/u,
  'at most 64 characters, without control characters and spaces around it',
)

/** The broker. */
export const mqttSettings = {
  mqtt: {
    flag: '--mqtt <url>',
    env: 'MQTT_URL',
    help: 'an MQTT broker: mqtt://user:password@host:1883 or mqtts://…:8883, with ?ca=<file> where no public authority has signed its certificate',
    secret: true,
  },
  homeAssistant: {
    flag: '--home-assistant',
    env: 'HOME_ASSISTANT',
    help: 'with --mqtt: lets Home Assistant find the counts; device: the desk, to dim it and to choose what it shows',
  },
  name: {
    flag: '--name <name>',
    env: 'DESK_NAME',
    help: 'the name of the desk at the broker of --mqtt, where it can be dimmed and told what to show (default: with --home-assistant the name of this machine)',
    schema: DeskName,
  },
  from: {
    flag: '--from <url>',
    env: 'FROM',
    help: 'readings from an MQTT broker, where another bridge publishes them, instead of a database',
    secret: true,
  },
} satisfies Settings
