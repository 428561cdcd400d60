import * as v from 'valibot'

// The rules of Home Assistant: components/mqtt/schemas.py (device discovery), components/mqtt/sensor.py, light/
// schema_basic.py, select.py and button.py, and the sensor's own checks in components/sensor/__init__.py of
// home-assistant/core.

const Topic = v.pipe(v.string(), v.regex(/^[^#+\0]+$/), v.maxBytes(65_535))
const Template = v.pipe(v.string(), v.regex(/^\{\{.*\}\}$/))
const Availability = v.strictObject({
  topic: Topic,
  payload_available: v.optional(v.string()),
  payload_not_available: v.optional(v.string()),
  value_template: v.optional(Template),
})

const common = {
  unique_id: v.pipe(v.string(), v.nonEmpty()),
  name: v.optional(v.nullable(v.string())),
  entity_category: v.optional(v.picklist(['config', 'diagnostic'])),
  enabled_by_default: v.optional(v.boolean()),
  icon: v.optional(v.pipe(v.string(), v.regex(/^mdi:[a-z-]+$/))),
}

const Light = v.strictObject({
  ...common,
  platform: v.literal('light'),
  command_topic: Topic,
  state_topic: v.optional(Topic),
  payload_on: v.optional(v.string()),
  payload_off: v.optional(v.string()),
  brightness_command_topic: v.optional(Topic),
  brightness_command_template: v.optional(Template),
  brightness_state_topic: v.optional(Topic),
  brightness_value_template: v.optional(Template),
  brightness_scale: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
})

const Select = v.strictObject({
  ...common,
  platform: v.literal('select'),
  command_topic: Topic,
  command_template: v.optional(Template),
  state_topic: v.optional(Topic),
  value_template: v.optional(Template),
  options: v.pipe(
    v.array(v.string()),
    v.check((options) => new Set(options).size === options.length),
  ),
})

const Button = v.strictObject({
  ...common,
  platform: v.literal('button'),
  command_topic: Topic,
  payload_press: v.optional(v.string()),
})

const Sensor = v.pipe(
  v.strictObject({
    ...common,
    platform: v.literal('sensor'),
    state_topic: Topic,
    value_template: v.optional(Template),
    json_attributes_topic: v.optional(Topic),
    unit_of_measurement: v.optional(v.string()),
    state_class: v.optional(v.picklist(['measurement', 'total', 'total_increasing'])),
    device_class: v.optional(v.literal('timestamp')),
    expire_after: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  }),
  // A time is no quantity.
  v.check(
    ({ device_class, unit_of_measurement, state_class }) =>
      device_class === undefined || (unit_of_measurement ?? state_class) === undefined,
  ),
)

/** A component that is named without its settings is removed. */
const Removed = v.strictObject({ platform: v.picklist(['sensor', 'light', 'select', 'button']) })

export const DiscoveryDocument = v.strictObject({
  device: v.strictObject({
    identifiers: v.pipe(v.array(v.string()), v.nonEmpty()),
    name: v.optional(v.string()),
    manufacturer: v.optional(v.string()),
    model: v.optional(v.string()),
    sw_version: v.optional(v.string()),
    configuration_url: v.optional(v.pipe(v.string(), v.url())),
  }),
  origin: v.strictObject({
    name: v.pipe(v.string(), v.nonEmpty()),
    sw_version: v.optional(v.string()),
    support_url: v.optional(v.pipe(v.string(), v.url())),
  }),
  components: v.record(v.string(), v.union([Sensor, Light, Select, Button, Removed])),
  availability: v.pipe(v.array(Availability), v.nonEmpty()),
  availability_mode: v.picklist(['all', 'any', 'latest']),
  qos: v.picklist([0, 1, 2]),
})

export const discoveryTopic = /^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/
