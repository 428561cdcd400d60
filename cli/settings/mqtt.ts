import type { Settings } from './setting.ts'

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
    help: 'with --mqtt: lets Home Assistant find the counts',
  },
  from: {
    flag: '--from <url>',
    env: 'FROM',
    help: 'readings from an MQTT broker, where another bridge publishes them, instead of a database',
    secret: true,
  },
} satisfies Settings
