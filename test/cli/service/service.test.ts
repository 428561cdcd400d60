import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, lstatSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { launchAgent, scheduledTask } from '../../../cli/service/other-systems.ts'
import { dropIn, type ServiceWanted, unitName } from '../../../cli/service/plan.ts'
import { installScript, removeScript } from '../../../cli/service/script.ts'
import { startAnswers } from '../../support/answers.ts'
import { run } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { findProgram } from '../../support/program.ts'

const exec = promisify(execFile)
// This file runs from build/test/cli/service/.
const deploy = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'systemd')

const plain: ServiceWanted = {
  roles: ['serve', 'device'],
  node: '/usr/bin/node',
  program: '/usr/local/lib/node_modules/wp-visitor-counter/dist/visitor-counter.js',
  settingsFile: '/etc/visitor-counter/visitor-counter.yaml',
  wpConfigs: [{ path: '/var/www/html/wp-config.php', access: 'all' }],
  secrets: [],
  serialPort: '/dev/ttyACM0',
  packagesIn: undefined,
}

const nvm = '/home/me/.nvm/versions/node/v22.11.0'

const cases: [
  what: string,
  role: 'serve' | 'device',
  wanted: Partial<ServiceWanted>,
  has: RegExp[],
  hasNot: RegExp[],
][] = [
  [
    'a program and a configuration that everybody may read',
    'serve',
    {},
    [
      /^LoadCredential=settings\.yaml:\/etc\/visitor-counter\/visitor-counter\.yaml$/m,
      /^ExecStart=\nExecStart=\/usr\/bin\/node \S+\/visitor-counter\.js serve --config %d\/settings\.yaml$/m,
      /^EnvironmentFile=$/m,
    ],
    [/ProtectHome/, /SupplementaryGroups/, /WP_CONFIG/, /BindReadOnlyPaths/],
  ],
  [
    'a configuration for a group',
    'serve',
    { wpConfigs: [{ path: '/var/www/html/wp-config.php', access: { group: 33 } }] },
    [/^SupplementaryGroups=33$/m],
    [/WP_CONFIG/],
  ],
  [
    'a configuration that only its owner may read',
    'serve',
    { wpConfigs: [{ path: '/srv/x/wp-config.php', access: 'owner' }] },
    [
      /^LoadCredential=wp-config\.php:\/srv\/x\/wp-config\.php$/m,
      /^Environment=WP_CONFIG=%d\/wp-config\.php$/m,
    ],
    [/SupplementaryGroups/],
  ],
  [
    'a Node of nvm, a program and a site at home',
    'serve',
    {
      node: `${nvm}/bin/node`,
      program: `${nvm}/lib/node_modules/wp-visitor-counter/dist/visitor-counter.js`,
      wpConfigs: [{ path: '/home/me/site/wp-config.php', access: 'all' }],
    },
    [
      /^ProtectHome=tmpfs$/m,
      /^BindReadOnlyPaths=\/home\/me\/\.nvm\/versions\/node\/v22\.11\.0$/m,
      /^BindReadOnlyPaths=\/home\/me\/site$/m,
    ],
    [],
  ],
  [
    'a folder with a space',
    'serve',
    { wpConfigs: [{ path: '/home/me/my site/wp-config.php', access: 'all' }] },
    [/^BindReadOnlyPaths="\/home\/me\/my site"$/m],
    [],
  ],
  [
    'a clone at home',
    'device',
    { program: '/home/me/counter/dist/visitor-counter.js' },
    [/^BindReadOnlyPaths=\/home\/me\/counter$/m],
    [/wp-config/, /html/],
  ],
  [
    'an SSH key and known hosts',
    'serve',
    {
      wpConfigs: [],
      secrets: [{ name: 'ssh-key', variable: 'SSH_KEY', path: '/home/me/.ssh/id_ed25519' }],
    },
    [
      /^LoadCredential=ssh-key:\/home\/me\/\.ssh\/id_ed25519$/m,
      /^Environment=SSH_KEY=%d\/ssh-key$/m,
    ],
    [/BindReadOnlyPaths/],
  ],
  [
    'several sites, of which one has the agent',
    'serve',
    {
      wpConfigs: [
        { path: '/var/www/a/wp-config.php', access: { group: 33 } },
        { path: '/home/me/b/wp-config.php', access: 'all' },
      ],
      secrets: [
        {
          name: 'agent-www.example.com.key',
          path: '/home/me/.local/state/visitor-counter/agent-www.example.com.key',
        },
      ],
    },
    [
      /^LoadCredential=agent-www\.example\.com\.key:\/home\/me\/\.local\/state\/visitor-counter\/agent-www\.example\.com\.key$/m,
      /^SupplementaryGroups=33$/m,
      /^BindReadOnlyPaths=\/home\/me\/b$/m,
    ],
    [/Environment=.*KEY/],
  ],
  [
    'a board at the UART',
    'device',
    { serialPort: '/dev/ttyAMA0' },
    [/^DeviceAllow=\/dev\/ttyAMA0 rw$/m],
    [],
  ],
  ['a usual board', 'device', {}, [], [/DeviceAllow/]],
  [
    'the packages of a Raspberry Pi',
    'device',
    { packagesIn: '/home/pi/counter' },
    [/^WorkingDirectory=\/home\/pi\/counter$/m, /^BindReadOnlyPaths=\/home\/pi\/counter$/m],
    [],
  ],
]

describe('a service', () => {
  for (const [what, role, wanted, has, hasNot] of cases) {
    it(`has what it needs for ${what}, and systemd has nothing to say against it`, async (t) => {
      const text = dropIn(role, { ...plain, ...wanted })
      for (const pattern of has) assert.match(text, pattern)
      for (const pattern of hasNot) assert.doesNotMatch(text, pattern)
      const folder = await temporaryFolder(t)
      const unit = join(folder, unitName(role))
      const delivered = await readFile(join(deploy, unitName(role)), 'utf8')
      await writeFile(unit, delivered.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`))
      await mkdir(`${unit}.d`)
      // The program must be there for systemd to be content.
      await writeFile(
        join(`${unit}.d`, 'settings.conf'),
        text.replace(/^ExecStart=\S+ /m, `ExecStart=${process.execPath} `),
      )
      const { stdout, stderr } = await exec('systemd-analyze', ['verify', unit])
      const lines = (stdout + stderr).split('\n').filter((line) => line.includes('visitor-counter'))
      assert.deepEqual(lines, [])
    })
  }

  it('refuses several configurations of which one is for its owner alone', () => {
    const wpConfigs = [
      { path: '/srv/a/wp-config.php', access: 'owner' },
      { path: '/srv/b/wp-config.php', access: 'all' },
    ] as const
    assert.throws(() => dropIn('serve', { ...plain, wpConfigs }), /chmod g\+r \/srv\/a\/wp-config/)
  })

  it('makes no further line of a path, whoever has named it', () => {
    const path = '/var/www/x\nExecStartPre=+/bin/sh -c id/wp-config.php'
    for (const wanted of [
      { wpConfigs: [{ path, access: 'owner' }] },
      { program: path },
      { settingsFile: path },
      { secrets: [{ name: 'ssh-key', path }] },
      { node: path },
    ] as const) {
      assert.throws(() => dropIn('serve', { ...plain, ...wanted }), /control character.*rename it/)
    }
    assert.throws(() => dropIn('device', { ...plain, packagesIn: path }), /control character/)
    assert.throws(() => dropIn('device', { ...plain, serialPort: path }), /control character/)
    // What is read at its own place stands in no line, apart from its folder at somebody's home.
    const atHome = `/home/me/${path}`
    assert.throws(
      () => dropIn('serve', { ...plain, wpConfigs: [{ path: atHome, access: 'all' }] }),
      /control character/,
    )
  })

  it('quotes what the script hands to a shell', async (t) => {
    const { sh } = await startSystem(t)
    const odd = "a'; echo pwned >&2; '$(echo pwned)`echo pwned`"
    const script = installScript({
      folder: join(await temporaryFolder(t), odd),
      files: [{ name: 'x.service', text: `# ${odd}` }],
      units: ['x.service'],
      node: odd,
      healthUrl: `http://127.0.0.1/${odd}`,
      healthSeconds: 0,
    })
    const { code, stderr } = await sh(script)
    assert.notEqual(code, 0)
    assert.doesNotMatch(stderr, /^pwned/m)
  })

  it('refuses a program that goes with the cache of npx', () => {
    const program = '/home/me/.npm/_npx/0f1/node_modules/wp-visitor-counter/dist/visitor-counter.js'
    assert.throws(() => dropIn('serve', { ...plain, program }), /cache of npx.*install it first/)
  })
})

/** A system of which systemd is real but for running anything: `--root`. */
async function startSystem(t: TestContext) {
  const root = await temporaryFolder(t)
  const folder = join(root, 'etc/systemd/system')
  await mkdir(folder, { recursive: true })
  const bin = join(root, 'bin')
  await mkdir(bin)
  const log = join(root, 'log')
  await writeFile(
    join(bin, 'systemctl'),
    `#!/bin/sh
echo "$*" >>'${log}'
case $1 in is-active) [ "$2" = "$(cat '${bin}/active')" ] && echo active || { echo inactive; exit 3; }; exit ;; esac
case $1 in enable|disable|is-enabled) exec '${findProgram('systemctl')}' --root='${root}' "$@" ;; esac
`,
  )
  await chmod(join(bin, 'systemctl'), 0o755)
  const env = { PATH: `${bin}:${process.env['PATH']}` }
  return {
    folder,
    done: () => readFile(log, 'utf8'),
    // The link is one from the system's own root.
    isEnabled: (unit: string) =>
      lstatSync(join(folder, 'multi-user.target.wants', unit), { throwIfNoEntry: false }) !==
      undefined,
    sh: async (script: string) => {
      const file = join(root, 'script.sh')
      await writeFile(file, script)
      return exec('sh', [file], { env }).then(
        ({ stderr }) => ({ code: 0, stderr }),
        (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
      )
    },
  }
}

describe('the script that installs services', () => {
  const unit = unitName('serve')
  const files = async () => [
    { name: unit, text: await readFile(join(deploy, unit), 'utf8') },
    { name: `${unit}.d/settings.conf`, text: dropIn('serve', plain) },
  ]

  it('installs, enables and starts them, waits for the health, and takes them away again', async (t) => {
    const { folder, sh, done, isEnabled } = await startSystem(t)
    let asked = 0
    const { url } = await startAnswers(t, (_, response) => {
      asked += 1
      response.writeHead(asked < 3 ? 503 : 200).end()
    })
    const options = {
      folder,
      files: await files(),
      units: [unit],
      node: process.execPath,
      healthUrl: url.href,
      healthSeconds: 20,
    }
    assert.deepEqual(await sh(installScript(options)).then(({ code }) => code), 0)
    assert.equal(asked, 3)
    assert.ok(isEnabled(unit))
    assert.equal(
      await readFile(join(folder, `${unit}.d/settings.conf`), 'utf8'),
      dropIn('serve', plain),
    )
    assert.match(await done(), /^daemon-reload\nenable \S+\nrestart \S+\n$/)

    assert.equal((await sh(removeScript(folder, [unit]))).code, 0)
    assert.ok(!isEnabled(unit))
    assert.ok(!existsSync(join(folder, unit)) && !existsSync(join(folder, `${unit}.d`)))
  })

  it('puts all back as it was when they do not get well', async (t) => {
    const { folder, sh, isEnabled } = await startSystem(t)
    const { url } = await startAnswers(t, (_, response) => response.writeHead(503).end())
    const options = {
      folder,
      files: await files(),
      units: [unit],
      node: process.execPath,
      healthUrl: url.href,
      healthSeconds: 0,
    }
    const first = await sh(installScript(options))
    assert.equal(first.code, 1)
    assert.match(first.stderr, /put back as it was/)
    assert.ok(!existsSync(join(folder, unit)) && !isEnabled(unit))

    await writeFile(join(folder, unit), 'of before')
    const second = await sh(installScript(options))
    assert.equal(second.code, 1)
    assert.equal(await readFile(join(folder, unit), 'utf8'), 'of before')
    assert.ok(!existsSync(join(folder, `${unit}.d`)))
  })
})

describe('service', () => {
  it('wants a settings file, and knows what it can do', async (t) => {
    const without = await run(t, ['service', 'install'])
    assert.equal(without.code, 2)
    assert.match(without.stderr, /no settings file yet: "visitor-counter setup"/)
    const unknown = await run(t, ['service', 'instal'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /did you mean install\?/)
  })

  it('says of each what systemd says, and ends with 1 when none runs', async (t) => {
    const { folder, sh } = await startSystem(t)
    const unit = unitName('serve')
    await writeFile(join(folder, unit), await readFile(join(deploy, unit), 'utf8'))
    await sh(`systemctl enable ${unit}`)
    // Whether a unit is active only a systemd that runs can tell.
    const bin = join(folder, '../../../bin')
    const ask = async (active: string) => {
      await writeFile(join(bin, 'active'), active)
      return run(t, ['service', 'status'], { env: { PATH: `${bin}:${process.env['PATH']}` } })
    }
    const well = await ask(unit)
    assert.equal(well.code, 0, well.stderr)
    assert.equal(
      well.stdout,
      'visitor-counter-serve: active, enabled\nvisitor-counter-device: not installed',
    )
    const down = await ask('')
    assert.equal(down.code, 1)
    assert.match(down.stdout, /visitor-counter-serve: inactive, enabled/)
    assert.match(down.stderr, /none of them runs; "visitor-counter service install" makes them/)
  })

  it('says what root has to type where there is no systemd to ask, and the script is whole', async (t) => {
    const folder = await temporaryFolder(t)
    const config = join(folder, 'visitor-counter.yaml')
    await writeFile(config, 'database: mysql://a:s3cret@127.0.0.1/x\nboard: serial:/dev/ttyACM0\n')
    // Without sudo in the path nothing is run, wherever this test runs.
    const { code, stdout, stderr } = await run(t, ['service', 'install', '--config', config], {
      env: { PATH: folder },
    })
    assert.equal(code, 0, stderr)
    const [, script = ''] = /sh (\S+install-service\.sh)/.exec(stdout) ?? []
    const text = await readFile(script, 'utf8')
    assert.match(text, /visitor-counter-serve\.service visitor-counter-device\.service/)
    assert.ok(text.includes(`LoadCredential=settings.yaml:${config}`))
    assert.doesNotMatch(text, /s3cret/)
    await exec('sh', ['-n', script])
  })

  it('hands over the keys of agents, of several sites too, and wants them made first', async (t) => {
    const folder = await temporaryFolder(t)
    const config = join(folder, 'visitor-counter.yaml')
    await writeFile(
      config,
      `state-dir: ${folder}\nsites:\n  one:\n    wordpress: https://one.example\n  two:\n    wordpress: https://two.example/blog\n    agent-key: ${folder}/mine.key\n`,
    )
    const install = () =>
      run(t, ['service', 'install', '--config', config], { env: { PATH: folder } })
    const early = await install()
    assert.equal(early.code, 2)
    assert.match(early.stderr, /no key of https:\/\/one\.example; run "visitor-counter agent https/)
    await writeFile(join(folder, 'agent-one.example.key'), '')
    await writeFile(join(folder, 'mine.key'), '')
    const { code, stdout, stderr } = await install()
    assert.equal(code, 0, stderr)
    const text = await readFile(/sh (\S+install-service\.sh)/.exec(stdout)?.[1] ?? '', 'utf8')
    for (const line of [
      `LoadCredential=agent-one.example.key:${folder}/agent-one.example.key`,
      `LoadCredential=agent-two.example-blog.key:${folder}/mine.key`,
    ]) {
      assert.ok(text.split('\n').includes(line), text)
    }
  })

  it('has a LaunchAgent for macOS and a task for Windows', () => {
    const started = {
      role: 'serve',
      node: '/opt/node',
      program: '/a & b/visitor-counter.js',
      settingsFile: '/x.yaml',
      logFile: '/l.log',
    } as const
    const agent = launchAgent(started)
    assert.match(agent, /<key>KeepAlive<\/key>\s*<true\/>/)
    assert.match(
      agent,
      /<string>\/a &amp; b\/visitor-counter\.js<\/string>\s*<string>serve<\/string>/,
    )
    assert.match(
      scheduledTask(started),
      /^schtasks \/Create \/SC ONLOGON \/TN "visitor-counter serve" \/TR "\\"\/opt\/node\\" /,
    )
  })
})
