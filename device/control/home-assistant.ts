import { deviceId, haAvailability } from '../../common/mqtt/home-assistant.ts'
import { deskTopics } from '../../common/mqtt/topics.ts'
import { label, type Metric, type Period } from '../../reading.ts'
import { asSet } from './command.ts'

/** Steps of brightness; Home Assistant takes 0 for off, so it counts them from 1. */
const steps = 16

/** The id of a desk as a device of Home Assistant. */
export function deskId(desk: string): string {
  return deviceId('visitor_counter_desk', desk)
}

/**
 * The discovery document of a desk, device form: Home Assistant 2024.11 and later.
 *
 * @param readings that it can show, as `visitors.today`; none where there is nothing to choose
 * @param version of this program
 */
export function discovery(desk: string, readings: readonly string[], version: string) {
  const id = deskId(desk)
  const entity = (name: string) => ({ unique_id: `${id}_${name}` })
  const sensor = (name: 'text' | 'link' | 'board') => ({
    platform: 'sensor',
    ...entity(name),
    state_topic: deskTopics.fact(desk, name),
  })
  return {
    device: {
      identifiers: [id],
      name: desk,
      manufacturer: 'wp-visitor-counter',
      model: 'Desk counter',
      sw_version: version,
    },
    origin: { name: 'wp-visitor-counter', sw_version: version },
    availability: [{ topic: deskTopics.status(desk), ...haAvailability }],
    availability_mode: 'all',
    qos: 1,
    components: {
      light: {
        platform: 'light',
        ...entity('light'),
        name: 'Display',
        icon: 'mdi:counter',
        command_topic: deskTopics.command(desk, 'power'),
        state_topic: deskTopics.fact(desk, 'power'),
        payload_on: 'on',
        payload_off: 'off',
        brightness_command_topic: deskTopics.command(desk, 'brightness'),
        brightness_command_template: '{{ value | int - 1 }}',
        brightness_state_topic: deskTopics.fact(desk, 'brightness'),
        brightness_value_template: '{{ value | int + 1 }}',
        brightness_scale: steps,
      },
      show:
        readings.length === 0
          ? { platform: 'select' }
          : { ...entity('show'), ...select(desk, readings) },
      text: { ...sensor('text'), name: 'Text', icon: 'mdi:numeric' },
      link: {
        ...sensor('link'),
        name: 'Link',
        icon: 'mdi:connection',
        entity_category: 'diagnostic',
      },
      board: { ...sensor('board'), name: 'Board', icon: 'mdi:chip', entity_category: 'diagnostic' },
      test_pattern: {
        platform: 'button',
        ...entity('test_pattern'),
        name: 'Test pattern',
        icon: 'mdi:format-list-numbered',
        command_topic: deskTopics.command(desk, 'test-pattern'),
        payload_press: 'on',
        entity_category: 'diagnostic',
      },
    },
  }
}

/** People choose by captions, the topics have the words of `--show`. */
function select(desk: string, readings: readonly string[]) {
  const captions = [asSet, ...readings].map((value) => [value, caption(value)] as const)
  const values = Object.fromEntries(captions.map(([value, text]) => [text, value]))
  return {
    platform: 'select',
    name: 'Shows',
    icon: 'mdi:form-dropdown',
    command_topic: deskTopics.command(desk, 'show'),
    command_template: `{{ ${JSON.stringify(values)}[value] }}`,
    state_topic: deskTopics.fact(desk, 'show'),
    value_template: `{{ ${JSON.stringify(Object.fromEntries(captions))}[value] }}`,
    options: captions.map(([, text]) => text),
  }
}

function caption(value: string): string {
  if (value === asSet) return 'As set'
  const [metric, period] = value.split('.')
  return label({ metric: metric as Metric, period: period as Period })
}
