import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCommand } from '../../../device/control/command.ts'

const readings = ['visitors.total', 'views.online']

const good: [name: string, payload: string, command: unknown][] = [
  ['power', 'on', { do: 'light', level: 'on' }],
  ['power', 'off', { do: 'light', level: 'off' }],
  ['brightness', '0', { do: 'light', level: 0 }],
  ['brightness', '15', { do: 'light', level: 15 }],
  ['show', 'default', { do: 'show', reading: undefined }],
  ['show', 'views.online', { do: 'show', reading: 'views.online' }],
  ['test-pattern', 'on', { do: 'test pattern', isWanted: true }],
  ['test-pattern', 'off', { do: 'test pattern', isWanted: false }],
]
for (const [name, payload, command] of good) {
  test(`${name} ${payload} is understood`, () => {
    assert.deepEqual(parseCommand(name, payload, readings), command)
  })
}

const bad: [name: string, payload: string, says: RegExp][] = [
  ['power', 'ON', /^"ON" is not allowed; it must be on or off$/],
  ['power', '', /^"" is not allowed/],
  ['brightness', '16', /^"16" is not allowed; it must be a step from 0 \(dim, yet lit\) to 15$/],
  ['brightness', '-1', /^"-1" is not allowed/],
  ['brightness', '3.5', /^"3.5" is not allowed/],
  ['brightness', '03', /^"03" is not allowed/],
  ['show', 'visitors', /must be default, visitors\.total, views\.online$/],
  ['show', 'visitors.today', /^"visitors.today" is not allowed/],
  ['test-pattern', '1', /must be on or off$/],
  ['powr', 'on', /^there is no such command; there are power, .*; did you mean power\?$/],
  ['toString', 'on', /^there is no such command/],
  ['power', `o\n\u001b[2J${'x'.repeat(1000)}`, /^"o {2}\[2Jx{34}…" is not allowed/],
]
for (const [name, payload, says] of bad) {
  test(`${name} ${JSON.stringify(payload.slice(0, 20))} is refused with the value and what is allowed`, () => {
    const said = parseCommand(name, payload, readings)
    assert.ok(typeof said === 'string')
    assert.match(said, says)
  })
}

test('no message does more than the commands there are, and no refusal takes more than a line', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }), (name, payload) => {
      for (const each of [name, 'power', 'brightness', 'show', 'test-pattern']) {
        const said = parseCommand(each, payload, readings)
        if (typeof said === 'string') assert.match(said, /^[^\p{Cc}]{1,300}$/u)
        else assert.match(payload, /^(on|off|\d+|default|visitors\.total|views\.online)$/)
      }
    }),
  )
})
