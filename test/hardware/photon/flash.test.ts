import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FatalError } from '../../../common/errors.ts'
import { openCloud } from '../../../common/particle-cloud.ts'
import { type FlashOptions, flash } from '../../../hardware/photon/flash.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { CloudDesk, type StandInCloud, startStandInCloud } from '../../support/particle-cloud.ts'

const folder = await temporaryFolder(test)
const shared = await temporaryFolder(test)
await mkdir(join(folder, 'src'))
await writeFile(join(shared, 'counter.h'), '#pragma once\n')
await writeFile(join(folder, 'src', 'counter.cpp'), '#include "Particle.h"\n')
await writeFile(join(folder, 'project.properties'), 'name=counter\n')
await writeFile(join(folder, 'README.md'), 'not for the compiler\n')

/** Flashes with a clock that sleeping moves; the lines it said. */
async function flashing(cloud: StandInCloud, options: Partial<FlashOptions> = {}) {
  const lines: string[] = []
  let nowMs = 0
  const ended = flash({
    cloud: openCloud({ url: cloud.url, token: cloud.token }),
    device: 'desk',
    folders: [folder, shared],
    dryRun: false,
    now: () => nowMs,
    say: (line: string) => lines.push(line),
    sleep: async (ms) => {
      nowMs += ms
    },
    ...options,
  })
  const error = await ended.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error !== undefined) {
    assert.ok(error instanceof FatalError, String(error))
    lines.push(`! ${error.message}`)
  }
  assert.ok(!lines.join('\n').includes(cloud.token))
  return { lines, requests: cloud.requests }
}

/** What the sources of a build make the device say of itself. */
function versionOf(cloud: StandInCloud, build = cloud.builds.at(-1)): string {
  const [, version] = /VERSION "([0-9a-f]{12})"/.exec(build?.['version.h'] ?? '') ?? []
  assert.ok(version, JSON.stringify(build))
  return version
}

/** A cloud with a desk that is without the firmware until it is flashed. */
async function startBlank(t: TestContext, platformId = 6) {
  const desk = new CloudDesk('desk', { platformId })
  desk.functions = []
  const cloud = await startStandInCloud(t, desk)
  cloud.onFlash = () => {
    desk.online = false
    let looks = 0
    cloud.onLook = () => {
      looks += 1
      if (looks === 3) {
        desk.functions = ['show']
        desk.variables['version'] = versionOf(cloud)
        desk.connect()
      }
    }
  }
  return { desk, cloud }
}

test('the firmware is compiled, loaded, waited for, and asked once for its version', async (t) => {
  const { desk, cloud } = await startBlank(t)
  const { lines, requests } = await flashing(cloud)
  assert.deepEqual(lines, [
    'compiling 4 files for a Photon with Device OS 2.3.1',
    '   text\tdata',
    '  12000\t 108',
    'loading it onto desk',
    'waiting for desk to come back',
    `desk is back with this version (${versionOf(cloud)}); serve --particle desk shows the count on it`,
  ])
  const [compiled, flashed] = cloud.builds
  assert.deepEqual(compiled, {
    'counter.h': '#pragma once\n',
    'project.properties': 'name=counter\n',
    'src/counter.cpp': '#include "Particle.h"\n',
    'version.h': `#pragma once\n\n#define VISITOR_COUNTER_VERSION "${versionOf(cloud)}"\n`,
    platform_id: '6',
    build_target_version: '2.3.1',
  })
  const { platform_id: _, ...same } = compiled
  assert.deepEqual(flashed, same)
  assert.equal(requests.filter((request) => request === 'GET /v1/devices/desk/version').length, 1)
  assert.deepEqual(desk.shown, [], 'the display keeps its number')
})

test('a Photon 2 gets the newest Device OS', async (t) => {
  const { cloud } = await startBlank(t, 32)
  const { lines } = await flashing(cloud)
  assert.equal(lines[0], 'compiling 4 files for a Photon 2 with the newest Device OS')
  assert.equal(cloud.builds[0]?.['latest'], 'true')
})

test('a dry run compiles, and leaves the device alone, even one that is offline', async (t) => {
  const { cloud, desk } = await startBlank(t)
  desk.online = false
  const { lines, requests } = await flashing(cloud, { dryRun: true })
  assert.equal(lines.at(-1), 'it compiles; desk stays as it is')
  assert.deepEqual(requests, ['GET /v1/devices/desk', 'POST /v1/binaries'])
})

test('what the compiler says is shown as it is', async (t) => {
  const { cloud } = await startBlank(t)
  cloud.compileError = "counter.cpp:3:5: error: 'shwo' was not declared in this scope"
  const { lines } = await flashing(cloud)
  assert.ok(lines.some((line) => line.startsWith(`${cloud.compileError}\n`)))
  assert.equal(lines.at(-1), '! the firmware does not compile; desk stays as it is')
})

type Trouble = (cloud: StandInCloud, desk: CloudDesk) => Partial<FlashOptions>
const troubles: [what: string, trouble: Trouble, line: RegExp][] = [
  [
    'a device that is not ours',
    () => ({ device: 'shop' }),
    /^! shop: the Particle Cloud says 404: /,
  ],
  ['a name that is none', () => ({ device: '../x' }), /"\.\.\/x" is no name or id of a Particle/],
  [
    'no firmware',
    () => ({ folders: [folder, '/nowhere'] }),
    /^! there is no firmware in \/nowhere$/,
  ],
  [
    'a device that is offline',
    (_, desk) => {
      desk.online = false
      return {}
    },
    /^! desk is offline; switch it on, and wait until its light breathes cyan$/,
  ],
  [
    'a token that is revoked',
    (cloud) => {
      cloud.revoked = true
      return {}
    },
    /^! desk: the Particle Cloud refuses the access token; make a new one/,
  ],
  [
    'a cloud that is away',
    (cloud) => {
      cloud.fault = 'html-502'
      return {}
    },
    /^! desk: the Particle Cloud says 502$/,
  ],
  [
    'a device that goes offline before it is loaded',
    (cloud, desk) => {
      cloud.onBuild = () => {
        desk.online = false
      }
      return {}
    },
    /^! desk: the Particle Cloud says 408: Timed out\.$/,
  ],
  [
    'a device that does not come back',
    (cloud, desk) => {
      cloud.onFlash = () => {
        desk.online = false
      }
      return {}
    },
    /^! desk has not come back, 5 minutes after it was loaded; switch it on.*, then try again$/,
  ],
  [
    'a device that comes back without the firmware',
    (cloud, desk) => {
      cloud.onFlash = () => desk.connect()
      return {}
    },
    /^! desk is back without the firmware, 5 minutes after it was loaded; try again$/,
  ],
  [
    'a token that is revoked while it waits',
    (cloud) => {
      cloud.onFlash = () => {
        cloud.revoked = true
      }
      return {}
    },
    /^! desk: the Particle Cloud refuses the access token; /,
  ],
  [
    'other firmware that has such a function',
    (cloud, desk) => {
      cloud.onFlash = () => {
        desk.functions = ['show']
        desk.connect()
      }
      return {}
    },
    /^! desk is back, but does not say its version, 5 minutes after it was loaded; try again$/,
  ],
  [
    'a device that comes back with the firmware that it had',
    (cloud, desk) => {
      desk.functions = ['show']
      desk.variables['version'] = '0123456789ab'
      cloud.onFlash = () => desk.connect()
      return {}
    },
    /^! desk is back with version 0123456789ab in place of [0-9a-f]{12}, 5 minutes after/,
  ],
]
for (const [what, trouble, line] of troubles) {
  test(`${what} is one clear line`, async (t) => {
    const { cloud, desk } = await startBlank(t)
    const { lines } = await flashing(cloud, trouble(cloud, desk))
    assert.match(lines.at(-1) ?? '', line)
  })
}

test('a device of another make is refused', async (t) => {
  const { cloud } = await startBlank(t, 12)
  const { lines } = await flashing(cloud)
  assert.deepEqual(lines, [
    '! desk is of platform 12; the firmware is for a Photon (6) or Photon 2 (32)',
  ])
})

test('a cloud that stumbles while the device comes back is waited for', async (t) => {
  const { cloud, desk } = await startBlank(t)
  cloud.onFlash = () => {
    desk.functions = ['show']
    desk.variables['version'] = versionOf(cloud)
    desk.connect()
    cloud.fault = 'html-502'
  }
  let sleeps = 0
  const { lines } = await flashing(cloud, {
    sleep: async () => {
      sleeps += 1
      if (sleeps === 3) cloud.fault = undefined
    },
  })
  assert.match(lines.at(-1) ?? '', /^desk is back with this version/)
})

test('a device that first comes back with the old version, to load a newer system, is waited for', async (t) => {
  const { cloud, desk } = await startBlank(t)
  desk.functions = ['show']
  desk.variables['version'] = '0123456789ab'
  cloud.onFlash = () => desk.connect()
  let sleeps = 0
  const { lines, requests } = await flashing(cloud, {
    sleep: async () => {
      sleeps += 1
      if (sleeps !== 20) return
      desk.variables['version'] = versionOf(cloud)
      desk.connect()
    },
  })
  assert.match(lines.at(-1) ?? '', /^desk is back with this version/)
  const asked = requests.filter((request) => request === 'GET /v1/devices/desk/version')
  assert.equal(asked.length, 2, 'once a connection')
})
