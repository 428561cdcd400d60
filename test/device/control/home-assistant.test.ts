import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { discoveryTopic as topicOf } from '../../../common/mqtt/home-assistant.ts'
import { deskId, discovery } from '../../../device/control/home-assistant.ts'
import { everyReading } from '../../../device/control/offers.ts'
import { DiscoveryDocument, discoveryTopic } from '../../support/home-assistant.ts'

const document = (desk = 'kitchen', readings: readonly string[] = everyReading) =>
  v.parse(DiscoveryDocument, JSON.parse(JSON.stringify(discovery(desk, readings, '1.2.3'))))

test('the discovery document of a desk is what Home Assistant takes', () => {
  const { components, device, availability } = document()
  assert.deepEqual(
    Object.values(components).map(({ platform }) => platform),
    ['light', 'select', 'sensor', 'sensor', 'sensor', 'button'],
  )
  const ids = Object.values(components).map((each) => 'unique_id' in each && each.unique_id)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(device.name, 'kitchen')
  assert.deepEqual(
    availability.map(({ topic }) => topic),
    ['visitor-counter/desk/kitchen/status'],
  )
})

test('any name of a desk makes topics that are allowed, and no two make one device', () => {
  const names = ['a b', 'a_b', 'a/b', 'a+b', '#', 'Büro', '😀', 'desk', 'x'.repeat(64)]
  for (const name of names) {
    document(name)
    assert.match(topicOf(deskId(name)), discoveryTopic)
  }
  assert.equal(new Set(names.map((name) => deskId(name))).size, names.length)
})

test('people choose by captions; what is said is the words of --show', () => {
  const { show } = document('kitchen', ['visitors.total', 'views.today']).components
  assert.ok(show?.platform === 'select' && 'options' in show)
  assert.deepEqual(show.options, ['As set', 'Visitors in total', 'Views today'])
  const map = (template = '') => JSON.parse(/^\{\{ (.*)\[value\] \}\}$/.exec(template)?.[1] ?? '')
  assert.deepEqual(Object.keys(map(show.command_template)), show.options)
  assert.deepEqual(Object.values(map(show.value_template)), show.options)
  assert.deepEqual(map(show.command_template)['Views today'], 'views.today')
  assert.deepEqual(map(show.value_template)['default'], 'As set')
})

test('where there is nothing to choose the select is removed', () => {
  assert.deepEqual(document('kitchen', []).components['show'], { platform: 'select' })
})
