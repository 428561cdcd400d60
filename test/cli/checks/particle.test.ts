import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkParticle } from '../../../cli/checks/particle.ts'
import type { Finding } from '../../../server/doctor.ts'
import { CloudDesk, type StandInCloud, startStandInCloud } from '../../support/particle-cloud.ts'

type Given = { cloud: StandInCloud; desk: CloudDesk }

async function findings(
  t: TestContext,
  change: (given: Given) => void = () => undefined,
  devices: readonly string[] = ['desk'],
  mode: 'function' | 'event' = 'function',
) {
  const desk = new CloudDesk('desk')
  const cloud = await startStandInCloud(t, desk, new CloudDesk('shop'))
  change({ cloud, desk })
  const { url, token } = cloud
  const found: Finding[] = []
  const { signal } = new AbortController()
  await checkParticle({ cloud: { url, token }, devices, mode, signal }, (each) => found.push(each))
  const lines = found.map(
    ({ subject, status, text, advice }) => `${status} ${subject}: ${text} -> ${advice ?? ''}`,
  )
  assert.ok(!lines.join().includes(token))
  assert.equal(cloud.operations, 0)
  assert.deepEqual(desk.shown, [])
  return lines
}

describe('what is found at the Particle Cloud', () => {
  const cases: [what: string, change: (given: Given) => void, line: RegExp][] = [
    ['all is well', () => undefined, /^ok particle desk: it is online, and takes numbers/],
    [
      'the device is offline',
      ({ desk }) => {
        desk.online = false
      },
      /^problem particle desk: it is offline -> switch it on, .* breathes cyan$/,
    ],
    [
      'it runs other firmware',
      ({ desk }) => {
        desk.functions = ['blink']
      },
      /^problem .* no function "show" -> visitor-counter flash --device desk brings ours to it$/,
    ],
    [
      'the token is revoked',
      ({ cloud }) => {
        cloud.revoked = true
      },
      /^problem .* refuses the access token -> make a new one \(particle token create/,
    ],
    [
      'there were too many calls',
      ({ cloud }) => {
        cloud.fault = 'limit-429'
      },
      /^problem .* 429: Too many requests -> wait a few minutes/,
    ],
    [
      'the cloud is broken',
      ({ cloud }) => {
        cloud.fault = 'html-502'
      },
      /^problem .* says 502 -> is this machine online, and does http:\/\/127/,
    ],
    [
      'the connection breaks',
      ({ cloud }) => {
        cloud.fault = 'reset'
      },
      /^problem .* cannot be reached.* -> is this machine online/,
    ],
  ]
  for (const [what, change, line] of cases) {
    it(what, async (t) => {
      const [first = '', ...more] = await findings(t, change)
      assert.match(first, line)
      assert.deepEqual(more, [])
    })
  }

  it('a device that the account does not have is answered by those that it has', async (t) => {
    const lines = await findings(t, undefined, ['dsek', 'shop'])
    assert.match(lines[0] ?? '', /^problem particle dsek: .* -> correct .* account has desk, shop$/)
    assert.match(lines[1] ?? '', /^ok particle shop/)
  })

  it('a token that is refused is said once, not for each device', async (t) => {
    const change = ({ cloud }: Given) => {
      cloud.revoked = true
    }
    assert.equal((await findings(t, change, ['desk', 'shop'])).length, 1)
  })

  it('by events a device needs no function', async (t) => {
    const change = ({ desk }: Given) => {
      desk.functions = []
    }
    assert.match((await findings(t, change, ['desk'], 'event'))[0] ?? '', /^ok .* it is online/)
  })
})
