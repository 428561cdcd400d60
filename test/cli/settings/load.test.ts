import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import { type Loaded, loadSettings, siteValues, valuesOf } from '../../../cli/settings/load.ts'
import { type SettingName, siteSettingNames } from '../../../cli/settings/settings.ts'
import { UsageError } from '../../../common/errors.ts'
import { temporaryFolder } from '../../support/folder.ts'

const folder = await temporaryFolder(test)
let files = 0

interface Asked {
  command?: string
  flags?: Record<string, string>
  env?: Record<string, string>
  /** Content of the settings file. */
  yaml?: string
}

async function load(names: SettingName[], { command, flags = {}, env = {}, yaml = '' }: Asked) {
  const config = join(folder, `${files++}.yaml`)
  await writeFile(config, yaml)
  return loadSettings(names, { command: command ?? 'serve', flags, env, config })
}

const value = ({ effective }: Loaded, name: SettingName) => valuesOf(effective)[name]

describe('a value', () => {
  const from = { flags: { poll: '1s' }, env: { POLL_INTERVAL: '2s' }, yaml: 'poll: 3s' }
  const nearest: [what: string, asked: Asked, pollMs: number | 'auto', origin: RegExp][] = [
    ['a flag', from, 1000, /^--poll$/],
    ['the environment', { ...from, flags: {} }, 2000, /^environment variable POLL_INTERVAL$/],
    ['the file', { yaml: '# a comment\npoll: 3s' }, 3000, /^"poll" in .*\.yaml, line 2$/],
    ['its default', {}, 'auto', /^default$/],
    [
      'the file, when the variable is empty',
      { ...from, flags: {}, env: { POLL_INTERVAL: '' } },
      3000,
      /yaml/,
    ],
    ['its default, when the file names it with nothing', { yaml: 'poll:' }, 'auto', /^default$/],
  ]
  for (const [what, asked, pollMs, origin] of nearest) {
    it(`comes from ${what}`, async () => {
      const loaded = await load(['poll'], asked)
      assert.equal(value(loaded, 'poll'), pollMs)
      assert.match(loaded.effective.get('poll')?.origin ?? '', origin)
    })
  }

  it('has the default of the command', async () => {
    assert.equal(value(await load(['port'], { command: 'serve' }), 'port'), 8787)
    assert.equal(value(await load(['port'], { command: 'board' }), 'port'), 3030)
  })

  const texts: [yaml: string, name: SettingName, value: unknown][] = [
    ['token: 0123456', 'token', '0123456'],
    ['table-prefix: 007', 'tablePrefix', '007'],
    ['token: 123456789012345678901234567890', 'token', '123456789012345678901234567890'],
    ['token: 0x10', 'token', '0x10'],
    ['token: 1_000', 'token', '1_000'],
    ['token: 1e3', 'token', '1e3'],
    ['token: null', 'token', 'null'],
    ['token: yes', 'token', 'yes'],
    ['token: 2026-11-28', 'token', '2026-11-28'],
    ['points: on', 'points', true],
    ['json: true', 'json', true],
    ['digits: 8', 'digits', 8],
    ['digit-order: [4, 3, 2, 1]', 'digitOrder', [3, 2, 1, 0]],
    ['addresses:\n  - 0x70\n  - 0x71', 'addresses', [0x70, 0x71]],
    [
      'cors: [https://a.example, https://b.example]',
      'cors',
      ['https://a.example', 'https://b.example'],
    ],
    ['pins: [data=2, clock=3, cs=4]', 'pins', { data: 2, clock: 3, cs: 4 }],
  ]
  for (const [yaml, name, expected] of texts) {
    it(`of "${yaml.replaceAll('\n', ' ')}" is what is written there`, async () => {
      assert.deepEqual(value(await load([name], { yaml }), name), expected)
    })
  }
})

test('a token of the file is the text that is written there, whatever YAML would make of it', async () => {
  const plain = fc.stringMatching(/^[0-9A-Za-z.+_][0-9A-Za-z.+_-]{0,20}$/)
  const property = fc.asyncProperty(plain, async (text) => {
    assert.equal(value(await load(['token'], { yaml: `token: ${text}` }), 'token'), text)
  })
  await fc.assert(property, { numRuns: 200 })
})

test('of two that say the same the one given nearer to the user counts', async () => {
  const asked = { env: { DATABASE_URL: 'sqlite:a' }, yaml: 'wp-config: /b' }
  const loaded = await load(['database', 'wpConfig'], asked)
  assert.deepEqual(valuesOf(loaded.effective), { database: 'sqlite:a', wpConfig: undefined })
  assert.equal(loaded.effective.get('wpConfig')?.origin, 'not set: --database counts')
})

test('what stands beside "sites" holds for each site that has none of its own', async () => {
  const yaml = `
source: statify
table-prefix: 007_
sites:
  blog:
    wp-config: /blog
  shop:
    database: sqlite:shop
    source: slimstat
`
  const [blog, shop] = siteValues(
    await load(siteSettingNames, { yaml, env: { WP_TABLE_PREFIX: 'wp_' } }),
  )
  const given = Object.entries(blog ?? {}).filter(([, of]) => of !== undefined && of !== false)
  assert.deepEqual(Object.fromEntries(given), {
    name: 'blog',
    wpConfig: '/blog',
    tablePrefix: 'wp_',
    source: 'statify',
  })
  assert.equal(shop?.source, 'slimstat')
  assert.equal(shop?.tablePrefix, 'wp_')
})

const refusals: [what: string, names: SettingName[], asked: Asked, message: RegExp][] = [
  [
    'a list of sites',
    [],
    { yaml: 'sites:\n  - database: sqlite:a' },
    /"sites" must name sites .*; see line 1$/,
  ],
  ['sites that are one word', [], { yaml: 'sites: shop' }, /"sites" must name sites/],
  ['a site that is a list', [], { yaml: 'sites:\n  a: [b]' }, /"sites" must name sites .* line 2$/],
  [
    'a site of a name for no address',
    [],
    { yaml: 'sites:\n  a/b:\n    source: x' },
    /"sites" must name/,
  ],
  [
    'a database beside sites',
    siteSettingNames,
    { yaml: 'sites:\n  a:\n    database: b', flags: { database: 'x' } },
    /^the settings file has "sites", so there is no use for --database$/,
  ],
  [
    'two databases of a site',
    siteSettingNames,
    { yaml: 'sites:\n  a:\n    database: b\n    wp-config: c' },
    /^site a: --wp-config and --database are both given; give one$/,
  ],
  [
    'a misspelt key',
    [],
    { yaml: 'poll: 5s\ntabel-prefix: wp_' },
    /"tabel-prefix" in .*, line 2: there is no such setting; did you mean table-prefix\?$/,
  ],
  [
    'a misspelt key of a site',
    [],
    { yaml: 'sites:\n  a:\n    databse: b' },
    /"sites: a: databse" in .*, line 3: .* did you mean database\?$/,
  ],
  ['a key like no other', [], { yaml: 'frobnicate: 1' }, /there is no such setting; known are /],
  [
    'a list where one value is taken',
    ['poll'],
    { yaml: 'poll: [5s]' },
    /"poll" in .*, line 1: it must be one value, as "poll: 5s"$/,
  ],
  ['a list of lists', ['show'], { yaml: 'show: [[a]]' }, /it must be one value or a list$/],
  [
    'a map',
    ['pins'],
    { yaml: 'pins:\n  data: 2' },
    /"pins" in .*, line 1: it must be one value or a list$/,
  ],
  [
    'a wrong value',
    ['display'],
    { yaml: '\n\ndisplay: max7129' },
    /"display" in .*, line 3: "max7129" is not allowed; it must be .* did you mean max7219\?$/,
  ],
  [
    'an empty flag',
    ['host'],
    { flags: { host: '' } },
    /^--host: "" is not allowed; it must be some/,
  ],
  [
    'a board of no kind',
    ['board'],
    { flags: { board: 'seral:/dev/x' } },
    /^--board: .* did you mean serial\?$/,
  ],
  [
    'a key that is given twice',
    [],
    { yaml: 'poll: 5s\npoll: 6s' },
    /the file is not YAML: .*line 2/,
  ],
  [
    'a name for nothing',
    [],
    { yaml: 'poll: *often' },
    /the file is not YAML: nothing is called \*often/,
  ],
  ['two documents', [], { yaml: 'poll: 5s\n---\npoll: 6s' }, /the file is not YAML: /],
]
describe('refused is', () => {
  for (const [what, names, asked, message] of refusals) {
    it(what, async () => {
      await assert.rejects(load(names, asked), (error) => {
        assert.ok(error instanceof UsageError)
        assert.match(error.message, message)
        return true
      })
    })
  }

  it('a secret, without telling it', async () => {
    const refused = load(['token'], { env: { ACCESS_TOKEN: 'hunter2 secret' } })
    await assert.rejects(
      refused,
      /^UsageError: environment variable ACCESS_TOKEN: the value is not/,
    )
  })
})

const slips: [variable: string, meant: string | undefined][] = [
  ['POLL_INTERVALL', 'POLL_INTERVAL'],
  ['COUNT_URI', 'COUNT_URL'],
  ['ACESS_TOKEN', 'ACCESS_TOKEN'],
  ['POLL_INTERVAL', undefined],
  ['PORTS', undefined],
  ['BOARDS', undefined],
  ['HTTP_PROXY', undefined],
  ['COUNT_URLSX', undefined],
]
for (const [variable, meant] of slips) {
  test(`${variable} in the environment ${meant === undefined ? 'is no slip' : `is a slip for ${meant}`}`, async () => {
    const { warnings } = await load([], { env: { [variable]: 'x' } })
    const warning = `environment variable ${variable} is none of ours; did you mean ${meant}?`
    assert.deepEqual(warnings, meant === undefined ? [] : [warning])
  })
}

test('the file is the first one found, in the folder of the user', async (t) => {
  const home = await temporaryFolder(t)
  const own = join(home, 'visitor-counter')
  await mkdir(own)
  const ask = () =>
    loadSettings(['poll'], {
      command: 'serve',
      flags: {},
      env: { XDG_CONFIG_HOME: home },
      config: undefined,
    })
  assert.equal((await ask()).path, undefined)
  await writeFile(join(own, 'visitor-counter.yaml'), 'poll: 7s')
  const loaded = await ask()
  assert.equal(loaded.path, join(own, 'visitor-counter.yaml'))
  assert.equal(value(loaded, 'poll'), 7000)
})
