import * as v from 'valibot'
import type { Message } from '../../../common/mqtt/broker.ts'
import { deviceId, discoveryTopic, haAvailability } from '../../../common/mqtt/home-assistant.ts'
import { topics } from '../../../common/mqtt/topics.ts'
import { label, type Period } from '../../../reading.ts'
import type { SiteState } from '../../readings/poller.ts'
import type { Remembered } from '../../readings/store.ts'

/** How a site makes itself known to Home Assistant. */
export interface HomeAssistant {
  /** Of the discovery document. */
  topic(site: string): string
  /** What is to be sent, the newest document last. Key of `retained`: topic. */
  messages(state: SiteState, retained: ReadonlyMap<string, string>): Message[]
}

/**
 * How the statistics of Home Assistant take each number. Not `total_increasing` for the total: it
 * takes a fall below 90 % for a meter that was exchanged and adds the whole new value to the sum
 * (`reset_detected` in `components/sensor/recorder.py`), and a WordPress total falls when it is purged.
 */
const stateClasses: Record<Period, string> = {
  total: 'total',
  today: 'total_increasing',
  yesterday: 'measurement',
  last7days: 'measurement',
  last30days: 'measurement',
  online: 'measurement',
}

const Discovery = v.looseObject({ components: v.record(v.string(), v.unknown()) })

/**
 * MQTT discovery, device form: Home Assistant 2024.11 and later.
 *
 * @param version of this program
 */
export function homeAssistant(version: string): HomeAssistant {
  return {
    topic: topicOf,
    messages: ({ last }, retained) =>
      last === undefined || last.counts.length === 0 ? [] : documents(last, version, retained),
  }
}

function topicOf(site: string): string {
  return discoveryTopic(idOf(site))
}

function documents(
  last: Remembered,
  version: string,
  retained: ReadonlyMap<string, string>,
): Message[] {
  const topic = topicOf(last.site)
  const document = discovery(last, version)
  if (retained.get(topic) === JSON.stringify(document)) return []
  const before = v.safeParse(v.pipe(v.string(), v.parseJson(), Discovery), retained.get(topic))
  const gone = Object.keys(before.success ? before.output.components : {}).filter(
    (name) => !(name in document.components),
  )
  // A component that is named without its settings is removed; one that is left out stays.
  const removal = Object.fromEntries(gone.map((name) => [name, { platform: 'sensor' }]))
  const documents: object[] = [
    ...(gone.length === 0
      ? []
      : [{ ...document, components: { ...document.components, ...removal } }]),
    document,
  ]
  return documents.map((each) => ({ topic, payload: JSON.stringify(each) }))
}

function discovery({ site, counts, address }: Remembered, version: string) {
  const id = idOf(site)
  const sensors = counts.map((count) => {
    const { metric, period } = count
    const name = `${metric}_${period}`
    return [
      name,
      {
        platform: 'sensor',
        unique_id: `${id}_${name}`,
        name: label(count),
        state_topic: topics.reading(site, metric, period),
        json_attributes_topic: topics.attributes(site, metric, period),
        unit_of_measurement: count.unitLabel ?? metric,
        state_class: stateClasses[period],
        icon: metric === 'visitors' ? 'mdi:account-group' : 'mdi:eye',
      },
    ] as const
  })
  const [first] = counts
  const lastRead =
    first === undefined
      ? {}
      : {
          last_read: {
            platform: 'sensor',
            unique_id: `${id}_last_read`,
            name: 'Last read',
            state_topic: topics.attributes(site, first.metric, first.period),
            value_template: '{{ value_json.asOf }}',
            device_class: 'timestamp',
            entity_category: 'diagnostic',
            // It changes each minute, and the recorder would keep it all.
            enabled_by_default: false,
          },
        }
  return {
    device: {
      identifiers: [id],
      name: site,
      manufacturer: 'wp-visitor-counter',
      model: 'WordPress visitor counter',
      sw_version: version,
      ...(isWebAddress(address) && { configuration_url: address }),
    },
    origin: { name: 'wp-visitor-counter', sw_version: version },
    availability: [
      { topic: topics.status(site), ...haAvailability },
      { topic: topics.database(site), ...haAvailability },
    ],
    availability_mode: 'all',
    qos: 1,
    components: { ...Object.fromEntries(sensors), ...lastRead },
  }
}

/** Home Assistant refuses the whole document for a `configuration_url` that is none. */
function isWebAddress(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false
  return ['http:', 'https:'].includes(new URL(address).protocol)
}

function idOf(site: string): string {
  return deviceId('visitor_counter', site)
}
