import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as v from 'valibot'
import { parseDocument } from 'yaml'
import { FatalError } from '../../../common/errors.ts'
import { topics } from '../../../common/mqtt/topics.ts'
import {
  type ConfigurationOptions,
  configuration,
  esphomeBoards,
  esphomeDisplays,
  secretsIn,
} from '../../../hardware/esphome/configuration.ts'
import { examples } from '../../../hardware/esphome/examples.ts'
import { writeFolder } from '../../../hardware/esphome/folder.ts'
import { pairs, wires } from '../../../hardware/wiring/wiring.ts'
import { root, rules } from '../../support/cpp.ts'
import { temporaryFolder } from '../../support/folder.ts'

const component = join(root, 'hardware/esphome/components/visitor_counter')
const site = 'example.com/blog'

const every = esphomeBoards.flatMap((board) =>
  esphomeDisplays.flatMap((display) =>
    [{ kind: 'mqtt', port: 1884, login: true } as const, { kind: 'http' } as const].map(
      (source): ConfigurationOptions => ({
        board,
        display,
        source,
        digits: display === 'tm1637' ? 6 : 8,
        site,
        shows: [
          ['visitors', 'today'],
          ['views', 'last30days'],
        ],
        brightness: 'off',
        dim: '22:00-07:00=off,19:00-22:00=1',
        timezone: 'Europe/Berlin',
      }),
    ),
  ),
)

const Yaml = v.looseObject({})

/** As ESPHome reads it; the values of `!secret` are their names. */
function read(text: string) {
  const document = parseDocument(text, {
    customTags: [{ tag: '!secret', resolve: (name: string) => `!${name}` }],
  })
  assert.deepEqual([...document.errors, ...document.warnings], [])
  return v.parse(Yaml, document.toJS())
}

/** Every value of a key, wherever it is. */
function valuesOf(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return []
  const own = Object.entries(node).flatMap(([name, value]) => (name === key ? [value] : []))
  return [...own, ...Object.values(node).flatMap((value) => valuesOf(value, key))]
}

for (const options of every) {
  const { board, display, source } = options
  describe(`the configuration of ${board.id} and ${display} over ${source.kind}`, () => {
    const text = configuration(options)
    const parsed = read(text)

    test('calls only what the hub has', async () => {
      const hub = await readFile(join(component, 'hub.h'), 'utf8')
      const [, shell = ''] = hub.split('From the configuration.')
      const [isPublic = ''] = shell.split('protected:')
      const called = [...text.matchAll(/id\((\w+)\)\.(\w+)\(/g)]
      assert.ok(called.length >= 8)
      for (const [, id, method = ''] of called) {
        assert.equal(id, 'visitors')
        assert.match(isPublic, new RegExp(`\\b${method}\\(`))
      }
    })

    test('has the pins of the wiring', () => {
      const gpio = ({ number }: { readonly number?: number }) => `GPIO${number}`
      const pins = text.match(/\w+: GPIO\d+/g)?.map((line) => line.split(': ')) ?? []
      const { lines, i2c } = board
      const expected = {
        max7219: { cs_pin: lines.cs, clk_pin: lines.clock, mosi_pin: lines.data },
        ht16k33: { sda: i2c.sda, scl: i2c.scl },
        tm1637: { clk_pin: lines.clock, dio_pin: lines.data },
        tm1638: { stb_pin: lines.cs, clk_pin: lines.clock, dio_pin: lines.data },
      }
      assert.deepEqual(
        Object.fromEntries(pins),
        Object.fromEntries(Object.entries(expected[display]).map(([key, pin]) => [key, gpio(pin)])),
      )
      const pair = pairs.find((each) => each.board.id === board.id && each.display.id === display)
      const drawn = pair === undefined ? [] : wires(pair).flatMap(({ number }) => number ?? [])
      for (const number of drawn) assert.ok(text.includes(`: GPIO${number}\n`), String(number))
    })

    test('hears the counters that it shows', () => {
      const shown = ['visitors.today', 'views.last30days']
      assert.deepEqual(valuesOf(parsed, 'counters'), [shown])
      assert.deepEqual(valuesOf(parsed, 'options'), [shown])
      const heard = [...text.matchAll(/\.hear\("([\w.]+)"/g)].map(([, name]) => name)
      assert.deepEqual(heard, shown)
      if (source.kind === 'http') {
        assert.deepEqual(valuesOf(parsed, 'url'), ['!visitors_today_url', '!views_last30days_url'])
        assert.match(text, /if \(response->status_code == 200\)/)
      } else {
        assert.deepEqual(valuesOf(parsed, 'topic'), [
          topics.attributes(site, 'visitors', 'today'),
          topics.attributes(site, 'views', 'last30days'),
          topics.status(site),
        ])
        assert.equal(topics.status(site), 'visitor-counter/example.com%2Fblog/status')
        assert.deepEqual(valuesOf(parsed, 'port'), [1884])
      }
    })

    test('does not restart alone, opens no access point to all, and loses no setting', () => {
      const timeouts = valuesOf(parsed, 'reboot_timeout')
      assert.deepEqual(timeouts, ['0s', '0s'])
      assert.deepEqual(valuesOf(parsed, 'ap'), [{ password: '!ap_password' }])
      assert.deepEqual(valuesOf(parsed, 'restore_mode'), ['DISABLED'])
      assert.deepEqual(valuesOf(parsed, 'brightness'), ['off'])
      assert.deepEqual(valuesOf(parsed, 'dim'), ['22:00-07:00=off,19:00-22:00=1'])
    })
  })
}

test('the checked-in configurations are what is made of the wiring (npm run wiring)', async () => {
  const folder = join(root, 'hardware/esphome/configurations')
  const made = examples()
  assert.ok(made.size >= 6)
  for (const [path, text] of made) assert.equal(await readFile(join(root, path), 'utf8'), text)
  assert.equal((await readdir(folder)).length, made.size)
  const example = await readFile(join(root, 'hardware/esphome/secrets.yaml.example'), 'utf8')
  const secrets = Object.keys(read(example))
  for (const text of made.values()) {
    for (const name of secretsIn(text)) assert.ok(secrets.includes(name), name)
  }
})

describe('the folder for ESPHome', () => {
  const [options] = every
  assert.ok(options)
  const text = configuration(options)
  const write = async (folder: string, given: Partial<Parameters<typeof writeFolder>[0]> = {}) => {
    const lines: string[] = []
    await writeFolder({
      folder,
      configuration: text,
      secrets: { mqtt_broker: '192.168.1.10' },
      sources: [component, rules],
      say: (line) => lines.push(line),
      ...given,
    })
    return lines.join('\n')
  }

  test('has the component with the same rules as all firmware, side by side', async (t) => {
    const folder = await temporaryFolder(t)
    await write(folder)
    const flat = join(folder, 'components', 'visitor_counter')
    const names = await readdir(flat)
    const headers = (await readdir(rules)).filter((name) => name.endsWith('.h'))
    // That of boards without ESPHome stays out.
    for (const name of headers.filter((each) => each !== 'visitor_counter.h')) {
      assert.deepEqual(await readFile(join(flat, name)), await readFile(join(rules, name)), name)
    }
    for (const name of names) {
      const source = await readFile(join(flat, name), 'utf8')
      for (const [, included = ''] of source.matchAll(/^#include "([^"/]+)"$/gm)) {
        assert.ok(names.includes(included), `${name} includes ${included}`)
      }
    }
    assert.ok(names.includes('__init__.py') && names.includes('display.py'))
    assert.equal(await readFile(join(folder, 'visitor-desk.yaml'), 'utf8'), text)
  })

  test('has secrets that only the owner reads, and says which are to be filled in', async (t) => {
    const folder = await temporaryFolder(t)
    const said = await write(folder)
    assert.match(said, /fill in there: mqtt_user, mqtt_password, wifi_ssid, wifi_password$/)
    const path = join(folder, 'secrets.yaml')
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    const secrets = read(await readFile(path, 'utf8'))
    assert.deepEqual(Object.keys(secrets).sort(), secretsIn(text).sort())
    assert.equal(secrets['mqtt_broker'], '192.168.1.10')
    assert.match(String(secrets['ap_password']), /^[0-9a-f]{24}$/)
  })

  test('keeps the secrets that are there, and adds those that are not', async (t) => {
    const folder = await temporaryFolder(t)
    const path = join(folder, 'secrets.yaml')
    await writeFile(path, 'wifi_ssid: home\nother: "kept"')
    await write(folder)
    const before = await readFile(path, 'utf8')
    assert.match(before, /^wifi_ssid: home\nother: "kept"\nmqtt_broker: "192\.168\.1\.10"\n/)
    await write(folder)
    assert.equal(await readFile(path, 'utf8'), before)
  })

  test('refuses to write over a configuration that was changed', async (t) => {
    const folder = await temporaryFolder(t)
    await writeFile(join(folder, 'visitor-desk.yaml'), `${text}# mine\n`)
    const isClear = (error: unknown) =>
      error instanceof FatalError &&
      /is there already, and differs: move it away/.test(error.message)
    await assert.rejects(write(folder), isClear)
    assert.deepEqual(await readdir(folder), ['visitor-desk.yaml'])
  })

  test('says what it cannot write or find', async (t) => {
    const folder = await temporaryFolder(t)
    const missing = /^there is no component for ESPHome in \/nowhere$/
    await assert.rejects(write(folder, { sources: ['/nowhere'] }), { message: missing })
    const file = join(folder, 'file')
    await writeFile(file, '')
    await assert.rejects(write(file), (error) => error instanceof FatalError)
  })
})
