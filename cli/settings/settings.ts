import { homedir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { logLevels } from '../../common/log.ts'
import { deviceName, particleUrl } from '../../common/particle-cloud.ts'
import { bridgeSettings } from './bridge.ts'
import { deskSettings } from './desk.ts'
import { Duration, HttpUrl, Port, Switch } from './schemas.ts'
import { setting } from './setting.ts'

function stateHome(): string {
  return join(
    process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'),
    'visitor-counter',
  )
}

/** Every setting there is. Key: its name in the program. */
export const settings = {
  ...bridgeSettings,
  ...deskSettings,
  host: setting({
    flag: '--host',
    value: '<address>',
    env: 'HOST',
    help: 'the address to listen on; 0.0.0.0 opens it to the whole network',
    schema: v.optional(v.string(), '127.0.0.1'),
  }),
  port: setting({
    flag: '--port',
    value: '<port>',
    env: 'PORT',
    help: 'the port to listen on; 0 takes a free one',
    schema: v.optional(Port, '8787'),
  }),
  stateDir: setting({
    flag: '--state-dir',
    value: '<folder>',
    env: 'STATE_DIR',
    help: 'where last readings are remembered',
    schema: v.optional(v.string(), stateHome),
  }),
  mqtt: setting({
    flag: '--mqtt',
    value: '<url>',
    env: 'MQTT_URL',
    help: 'an MQTT broker: mqtt://user:password@host:1883 or mqtts://…:8883, with ?ca=<file> where no public authority has signed its certificate',
    schema: v.optional(v.string()),
    secret: true,
  }),
  poll: setting({
    flag: '--poll',
    value: '<duration>',
    env: 'POLL_INTERVAL',
    help: 'how often to ask',
    schema: v.optional(Duration, '5s'),
  }),
  particleToken: setting({
    flag: '--particle-token',
    value: '<token>',
    env: 'PARTICLE_TOKEN',
    help: 'an access token of the Particle Cloud',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/, 'an access token'))),
    secret: true,
  }),
  particleUrl: setting({
    flag: '--particle-url',
    value: '<url>',
    env: 'PARTICLE_URL',
    help: 'the Particle Cloud, or a local cloud that speaks as it does',
    schema: v.optional(HttpUrl, particleUrl),
  }),
  deviceName: setting({
    flag: '--device',
    value: '<name>',
    env: 'PARTICLE_DEVICE',
    help: 'the name or id of a Photon',
    schema: v.pipe(v.string(), v.regex(deviceName, 'a name or id of a Particle device')),
  }),
  dryRun: setting({
    flag: '--dry-run',
    value: '',
    env: 'DRY_RUN',
    help: 'compiles only; the device stays as it is',
    schema: v.optional(Switch, 'false'),
  }),
  json: setting({
    flag: '--json',
    value: '',
    env: 'JSON_OUTPUT',
    help: 'one JSON object a line',
    schema: v.optional(Switch, 'false'),
  }),
  logLevel: setting({
    flag: '--log-level',
    value: '<level>',
    env: 'LOG_LEVEL',
    help: `how much to log: ${logLevels.join(', ')} (default: info; demo warn)`,
    schema: v.optional(v.picklist(logLevels, logLevels.join(', '))),
  }),
}

export type SettingName = keyof typeof settings

/** The values of some settings, as their schemas give them. */
export type Values<Name extends SettingName> = {
  [Key in Name]: v.InferOutput<(typeof settings)[Key]['schema']>
}
