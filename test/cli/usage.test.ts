import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { run } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { databaseUrl, freePort, startMariadb } from '../support/mariadb.ts'
import { startTcp } from '../support/tcp-server.ts'

const folder = await temporaryFolder(test)

const write = async (name: string, content: string) => {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

const badYaml = await write('bad.yaml', 'poll: 5s\n  host: [')
const listYaml = await write('list.yaml', '- a\n- b\n')
const unknownYaml = await write('unknown.yaml', 'pol: 5s\n')
const valueYaml = await write('value.yaml', 'poll: fast\n')
const emptyPhp = await write('wp-config.php', "<?php\n// define('DB_NAME', 'wp');\n")
const sitesYaml = await write('sites.yaml', 'sites:\n  shop:\n    database: mysql://u:p@h/d\n')
const deskSiteYaml = await write('desk.yaml', 'sites:\n  desk:\n    database: mysql://u:p@h/d\n')
const badSitesYaml = await write('bad-sites.yaml', 'sites:\n  shop:\n    table-prefix: "a b"\n')
const unknownSiteYaml = await write('unknown-site.yaml', 'sites:\n  shop:\n    poll: 5s\n')
const secret = 'hunter2secret'

/** What is typed, and the one line that answers it. All are wrong usage: exit code 2. */
const cases: [args: string[], line: RegExp, env?: Record<string, string>][] = [
  [['serve', '--frobnicate'], /unknown option '--frobnicate'/],
  [['serve', `--pasword=${secret}`], /unknown option '--pasword'/],
  [['serve', `--it's=${secret}`], /unknown option '--it's'/],
  [['serve', `-p${secret}`], /unknown option '-p'/],
  [['serve', '--databas', secret], /unknown option '--databas'; did you mean --database\?$/],
  [['serv'], /unknown command 'serv'; did you mean serve\?$/],
  [['frobnicate'], /unknown command 'frobnicate'/],
  [['serve', 'extra'], /too many arguments/],
  [['serve'], /which WordPress\? Give --wp-config <path of wp-config.php>, --database mysql:/],
  [
    ['serve', '--poll', 'soon'],
    /--poll: "soon" is not allowed; it must be a duration such as 500ms/,
  ],
  [['device', '--board', '/dev/ttyUSB0'], /; did you mean serial:\/dev\/ttyUSB0\?$/],
  [['device', '--board', '192.168.1.20'], /; did you mean tcp:192\.168\.1\.20\?$/],
  [['device', '--board', 'seral:/dev/ttyUSB0'], /; did you mean serial\?$/],
  [['device', '--pins', 'din=2,clk=3,cs=4'], /; did you mean data, where the module has din\?$/],
  [['device', '--show', 'today'], /; did you mean visitors\.today\?$/],
  [['device', '--show', 'visitors.totl'], /; did you mean visitors\.total\?$/],
  [['device', '--show', 'visitors.today/visitors.totl'], /; did you mean visitors\.total\?$/],
  [
    ['device', '--display', 'terminal', '--digits', '4', '--show', 'views.today/views.total'],
    /--show: two counts side by side take 5 digits or more, and the display has 4; separated by a comma they take turns/,
  ],
  [
    ['device', '--board', 'virtual', '--display', 'tm1637', '--show', 'views.today/views.total'],
    /--show: two counts side by side take 5 digits or more, and the display has 4/,
  ],
  [
    ['esphome', '--board', 'd1-mini', '--show', 'visitors.today/visitors.total'],
    /--show: a board with ESPHome shows one count at a time; separated by a comma they take turns/,
  ],
  [['completion', 'bsh'], /completion: "bsh" is not known; .*; did you mean bash\?$/],
  [['serve', '--poll', '1ms'], /--poll: "1ms" is not allowed; it must be at least 100ms/],
  [['serve'], /environment variable POLL_INTERVAL: "x" is not allowed/, { POLL_INTERVAL: 'x' }],
  [['serve', '--config', valueYaml], /"poll" in .*value\.yaml, line 1: "fast" is not allowed/],
  [['serve', '--config', badYaml], /bad\.yaml: the file is not YAML: /],
  [['serve', '--config', listYaml], /list\.yaml: the file must hold settings, one a line/],
  [
    ['serve', '--config', unknownYaml],
    /"pol" in .*unknown\.yaml, line 1: there is no such setting; did you mean poll\?/,
  ],
  [['serve', '--config', '/nowhere.yaml'], /--config: there is no file \/nowhere\.yaml/],
  [
    ['serve', '--port', '70000'],
    /--port: "70000" is not allowed; it must be a port number from 0 to 65535/,
  ],
  [
    ['serve', '--source', 'jetpack'],
    /--source: "jetpack" is not known; it must be auto, sql, wp-statistics, /,
  ],
  [
    ['serve', '--table-prefix', 'wp_; DROP TABLE wp_posts', '--database', 'mysql://u:p@h/d'],
    /--table-prefix: "wp_; DROP TABLE wp_posts" is not allowed; it must be letters, digits and underscores/,
  ],
  [['serve', '--database', `mysql://user:${secret}@host:bad/name`], /database/],
  [['serve', '--database', `postgres://user:${secret}@host/name`], /mysql:\/\//],
  [['serve', '--wp-config', emptyPhp], /wp-config\.php.*DB_NAME/],
  [['serve', '--wp-config', '/nowhere/wp-config.php'], /\/nowhere\/wp-config\.php/],
  [['serve', '--wp-config', emptyPhp, '--database', 'mysql://u:p@h/d'], /both given; give one/],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--source', 'sql'],
    /--source sql and --sql .* belong together/,
  ],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--label', 'Orders'],
    /--label and --unit go with --source sql/,
  ],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--matomo-site', '2'],
    /--matomo-site goes with --source matomo/,
  ],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--source', 'matomo', '--matomo-site', '0'],
    /--matomo-site.* a whole number from 1 on/,
  ],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--source', 'sql', '--sql', 'DELETE FROM x'],
    /--sql: it must begin with SELECT/,
  ],
  [
    ['serve', '--config', sitesYaml, '--database', 'mysql://u:p@h/d'],
    /has "sites", so there is no use for --database$/,
  ],
  [['serve', '--config', badSitesYaml], /"sites: shop: table-prefix" in .* is not allowed/],
  [
    ['serve', '--config', unknownSiteYaml],
    /"sites: shop: poll" in .*, line 3: there is no such setting; known are wp-config, /,
  ],
  [['serve', '--token', `${secret} a`], /--token: the value is not allowed; it must be letters,/],
  [['serve', '--cors', 'example.com'], /--cors: "example\.com" .* must be \*, off, or the origins/],
  [['serve', '--cors', '*,https://a.example'], /--cors: .* is not allowed/],
  [['serve', '--cors', 'https://a.example/page'], /--cors: .* is not allowed/],
  [
    ['serve', '--base-path', 'counter'],
    /--base-path: "counter" .* must be a path such as \/counter/,
  ],
  [['serve', '--base-path', '/a/../b'], /--base-path: .* is not allowed/],
  [['serve', '--trusted-proxy', 'proxy.lan'], /--trusted-proxy: "proxy\.lan" .* addresses or netw/],
  [['serve', '--trusted-proxy', '10.0.0.0/33'], /--trusted-proxy: .* is not allowed/],
  [['serve', '--trusted-proxy', 'fd00::/8,'], /--trusted-proxy: .* is not allowed/],
  [['serve', '--wp-config', `mysql://user:${secret}@host/name`], /no such file/],
  [
    ['serve', '--mqtt', `mqtt//user:${secret}@host`, '--database', 'sqlite:x'],
    /--mqtt: the address/,
  ],
  [
    ['serve', '--from', `http://user:${secret}@host`],
    /--from: .* is of no known kind; .* like mqtt:\/\/user:password@host:1883 or/,
  ],
  [['serve', '--from', 'mqtt://h', '--database', 'sqlite:x'], /no use for --database/],
  [['serve', '--from', 'mqtt://h', '--mqtt', 'mqtt://h'], /--from and --mqtt are both given/],
  [
    ['serve', '--config', deskSiteYaml],
    /site desk: at an MQTT broker that is where the desks are; choose another name/,
  ],
  [['device', '--home-assistant', '--display', 'terminal'], /--home-assistant needs --mqtt/],
  [['device', '--name', 'kitchen', '--display', 'terminal'], /--name needs --mqtt <broker>/],
  [
    ['device', '--name', ' a', '--mqtt', 'mqtt://h', '--display', 'terminal'],
    /--name: " a" is not allowed; it must be at most 64 characters, without control/,
  ],
  [['serve', '--home-assistant', '--database', 'sqlite:x'], /--home-assistant needs --mqtt/],
  [['device', '--feed', 'mqtt', '--board', 'virtual'], /--feed mqtt needs --mqtt <broker>/],
  [['device'], /--board is missing \(or environment variable BOARD\)/],
  [
    ['device', '--board', 'usb'],
    /--board: "usb" is not allowed; it must be serial:<path>, tcp:<host>/,
  ],
  [['device', '--board', 'particle:desk'], /--particle-token \(or PARTICLE_TOKEN\) is missing/],
  [
    ['device', '--board', 'tcp:h', '--count-url', `ftp://u:${secret}@x`],
    /--count-url: the value is not allowed; it must be an http:/,
  ],
  [['device', '--board', 'tcp:h', '--pins', 'data=2,clock=2,cs=4'], /--pins: .* different pins/],
  [['device', '--board', 'tcp:h', '--pins', 'data=2'], /--pins: .* different pins/],
  [['device', '--board', 'tcp:h', '--pins', 'data=2,clock=3'], /a MAX7219 needs three/],
  [
    ['device', '--board', 'tcp:h', '--show', 'visitors'],
    /--show: "visitors" is not allowed; it must be <metric>\.<period>/,
  ],
  ...['k', 'toString', '3', ' '].map((legend): (typeof cases)[number] => [
    ['device', '--board', 'tcp:h', '--show', `visitors.today:${legend}`],
    /--show: .* is not allowed/,
  ]),
  [['device', '--board', 'tcp:h', '--addresses', '0x70,0x70'], /--addresses: .* different I2C/],
  [['board', '--digits', '12'], /--digits: 12 is not possible with a MAX7219/],
  [['board', '--display', 'ht16k33', '--digits', '8'], /--digits: 8 is not what is there/],
  [['device', '--board', 'raspi', '--pins', 'data=2,clock=3,cs=4'], /--pins: a Raspberry Pi has/],
  [['device', '--board', 'raspi:gpio'], /--board: "raspi:gpio" is not allowed/],
  [['device', '--board', 'tcp:h', '--decimal-points', 'no'], /--decimal-points: .* on or off/],
  [
    ['device', '--board', 'tcp:h', '--display', 'lcd'],
    /--display: "lcd" is not allowed; it must be max7219, ht16k33, tm1637, tm1638, max7219-matrix, ht16k33-14 or terminal/,
  ],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--tasmota', 'desk=8'],
    /--tasmota needs --mqtt <broker of the boards>/,
  ],
  [
    ['serve', '--tasmota', 'desk'],
    /--tasmota: "desk" is not allowed; it must be <topic>=<digits>, or /,
  ],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--awtrix', 'mqtt:clock'],
    /--awtrix mqtt:<prefix> needs --mqtt <broker of the clock>/,
  ],
  [['serve', '--awtrix', 'clock'], /--awtrix: .*it must be mqtt:<prefix> or http:\/\/<clock>/],
  [['device', '--board', 'raspi', '--display', 'tm1637'], /TM1637, .* or --board io:raspi-io/],
  [['device', '--board', 'tcp:h', '--digits', '12'], /--digits: 12 is not possible with a MAX7219/],
  [['device', '--board', 'tcp:h', '--digit-order', '1,2'], /names each of 1 to 8 once/],
  [['device', '--board', 'tcp:h', '--dim', '22:00-24:00=off'], /--dim: .* times with a brightness/],
  [
    ['device', '--board', 'tcp:h', '--brightness', '16'],
    /--brightness: "16" is not allowed; it must be off, or a step from 0/,
  ],
  [['device', '--board', 'tcp:h', '--timezone', 'Mars'], /--timezone: "Mars" is not allowed/],
  [['device', '--board', 'tcp:h', '--on-exit', 'explode'], /--on-exit: .* blank, keep or dashes/],
  [
    ['serve', '--database', 'mysql://u:p@h/d', '--particle', 'desk'],
    /--particle-token \(or PARTICLE_TOKEN\) is missing/,
  ],
  [
    ['serve', '--particle', 'desk=visitors.tomorrow'],
    /--particle: .* it must be <device>, or <device>=<metric>\.<period>/,
  ],
  [['serve', '--particle', '../x'], /--particle: "\.\.\/x" is not allowed/],
  [['serve', '--particle', 'desk,desk=views.total'], /--particle: .* devices that differ/],
  [['serve', '--particle-mode', 'both'], /--particle-mode: "both" .* function or event/],
  [['serve', '--particle-budget', '1'], /--particle-budget: "1" .* from 100/],
  [
    [
      ...['serve', '--database', 'mysql://u:p@h/d', '--particle-token', secret],
      ...['--particle', 'a=views.total,b', '--particle-mode', 'event'],
    ],
    /--particle: with --particle-mode event all devices show the same/,
  ],
  [['serve', '--particle-token', `${secret} `], /--particle-token: the value is not allowed/],
  [['flash'], /--board serial:<path> \(an Arduino\) or --device <name> \(a Photon\) is missing/],
  [
    ['flash', '--board', 'tcp:desk'],
    /--board must be serial:<path> here, the port that the Arduino/,
  ],
  [
    ['flash', '--board', 'serial:a', '--device', 'b'],
    /--board and --device are both given; give one/,
  ],
  [['flash', '--board', 'serial:a', '--hex', '/nowhere'], /--hex: .*no such file.*'\/nowhere'/],
  [['flash', '--device', 'desk'], /--particle-token \(or PARTICLE_TOKEN\) is missing/],
  [['doctor', '--particle', 'desk'], /--particle-token \(or PARTICLE_TOKEN\) is missing/],
  [['flash', '--device', '../x'], /--device: "\.\.\/x" is not allowed; it must be a name or id/],
  [
    ['doctor', '--count-url', 'http://127.0.0.1:9', '--board', 'raspi', '--display', 'tm1637'],
    /TM1637, .* or --board io:raspi-io/,
  ],
  [['doctor'], /what is to be checked\?/],
  [[`mysql://user:${secret}@host/name`], /unknown command/],
]

// Each is a process of its own, which takes a while to start.
describe('wrong usage', { concurrency: 2 }, () => {
  for (const [args, line, env] of cases) {
    it(`visitor-counter ${args.join(' ').replaceAll(folder, '')} ${JSON.stringify(env ?? '')}`, async (t) => {
      const { code, stdout, stderr } = await run(t, args, env === undefined ? {} : { env })
      assert.match(stderr, line)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
      assert.equal(code, 2)
      assert.ok(!`${stdout}${stderr}`.includes(secret))
    })
  }
})

test('help and version are no errors', async (t) => {
  const help = await run(t, ['--help'])
  assert.equal(help.code, 0)
  for (const name of ['demo', 'serve', 'device', 'board'])
    assert.match(help.stdout, new RegExp(`^  ${name}`, 'm'))
  assert.equal((await run(t, ['serve', '--help'])).code, 0)
  assert.match(help.stdout, /^To begin:$[\s\S]*^To run:$[\s\S]*^Hardware:$/m)
  assert.match((await run(t, ['-v'])).stdout, /^\d+\.\d+\.\d+$/)
  assert.match((await run(t, ['--version'])).stdout, /^\d+\.\d+\.\d+$/)
})

test('what the database or the machine refuses is one line and exit code 1', async (t) => {
  const mariadb = await startMariadb(t)
  const options = `CREATE TABLE %options (option_id INT, option_name VARCHAR(191), option_value TEXT);
    INSERT INTO %options VALUES (1, 'siteurl', 'https://a.example')`
  const empty = await mariadb.create('empty')
  const bare = await mariadb.create('bare', options.replaceAll('%', 'wp_'))
  const two = await mariadb.create(
    'two',
    options.replaceAll('%', 'a_'),
    options.replaceAll('%', 'b_'),
  )
  const taken = await startTcp(t)
  const serve = (url: string, ...more: string[]) => [
    ...['serve', '--port', '0', '--state-dir', join(folder, 'state'), '--log-level', 'error'],
    ...['--database', url, ...more],
  ]
  const refusals: [args: string[], line: RegExp][] = [
    [serve(databaseUrl({ ...bare, password: secret })), /refuses this user and password/],
    [
      serve(databaseUrl({ ...bare, database: 'none' })),
      /may not open this database|no database of this name/,
    ],
    [serve(databaseUrl(empty)), /there is no WordPress in this database/],
    [
      serve(databaseUrl(bare)),
      /no supported statistics plugin .* known are WP Statistics, Koko Analytics, .*WP-UserOnline; .* table wp_statistics_visitor.* table wp_statify/,
    ],
    [serve(databaseUrl(two)), /more than one WordPress; choose one with --table-prefix: a_, b_/],
    [
      serve(databaseUrl(bare), '--table-prefix', 'no_'),
      /table prefix "no_": there is no table no_options/,
    ],
    [serve(databaseUrl(bare), '--port', String(taken.port)), /port \d+ on 127\.0\.0\.1 is in use/],
    [
      ['serve', '--from', `mqtts://u:${secret}@h?ca=/nowhere.pem`],
      /--from: the file of \?ca=\/nowhere\.pem cannot be read \(ENOENT\)/,
    ],
    [
      ['device', '--feed', 'mqtt', '--mqtt', 'mqtts://h?ca=/etc', '--display', 'terminal'],
      /--mqtt: the file of \?ca=\/etc cannot be read \(EISDIR\)/,
    ],
    [['board', '--port', String(taken.port)], /port \d+ on 127\.0\.0\.1 is in use/],
  ]
  for (const [args, line] of refusals) {
    await t.test(line.source, async (t) => {
      const { code, stdout, stderr } = await run(t, args)
      assert.match(stderr, line)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
      assert.equal(code, 1)
      assert.ok(!`${stdout}${stderr}`.includes(secret))
    })
  }
  const unknownHost = await run(
    t,
    serve(`mysql://u:${secret}@no-such-host.invalid/wp`, '--port', String(await freePort())),
  )
  assert.match(unknownHost.stderr, /no such host|EAI_AGAIN/)
  assert.ok(!unknownHost.stderr.includes(secret))
})
