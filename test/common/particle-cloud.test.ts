import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CloudError, type CloudErrorKind, openCloud } from '../../common/particle-cloud.ts'
import { startAnswers } from '../support/answers.ts'
import { CloudDesk, type Fault, startStandInCloud } from '../support/particle-cloud.ts'
import { until } from '../support/until.ts'

async function start(t: TestContext) {
  const desk = new CloudDesk('desk')
  const standIn = await startStandInCloud(t, desk)
  return { desk, standIn, cloud: openCloud(standIn) }
}

/** What it rejects with, as a kind, whether it may have been passed on, and a message. */
async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof CloudError, String(error))
  return [error.kind, error.passedOn, error.message]
}

test('a call is answered by the device', async (t) => {
  const { desk, cloud, standIn } = await start(t)
  assert.equal(await cloud.call('desk', 'show', '1234'), 1234)
  assert.equal(await cloud.call('desk', 'show', 'junk'), -1)
  await cloud.publish('visitors/count', '777')
  assert.deepEqual(desk.shown, ['1234', '777'])
  desk.variables['shown'] = 777
  assert.equal(await cloud.variable('desk', 'shown'), 777)
  assert.equal(standIn.operations, 5)
})

test('a device is listed with the session it has, or none while it is offline', async (t) => {
  const { desk, cloud } = await start(t)
  const [first] = await cloud.devices()
  assert.equal(first?.name, 'desk')
  assert.deepEqual(first, await cloud.device('desk'))
  desk.connect()
  const [second] = await cloud.devices()
  assert.notEqual(second?.session, first?.session)
  desk.online = false
  const [third] = await cloud.devices()
  assert.equal(third?.session, undefined)
})

test('a local cloud tells neither online nor functions', async (t) => {
  const { url } = await startAnswers(t, (_, response) =>
    response.end(JSON.stringify([{ id: '1', name: null, connected: true }])),
  )
  assert.deepEqual(await openCloud({ url, token: 'x' }).devices(), [
    { id: '1', name: '', session: '', platformId: -1, functions: [] },
  ])
})

test('at a local cloud, which tells no handshake, a restart is seen by when the device was heard last', async (t) => {
  let heard = '2026-11-21T12:00:00.000Z'
  const { url } = await startAnswers(t, (_, response) =>
    response.end(JSON.stringify({ id: '1', name: 'desk', connected: true, last_heard: heard })),
  )
  const cloud = openCloud({ url, token: 'x' })
  const session = async () => (await cloud.device('desk')).session
  const before = await session()
  assert.equal(before, heard)
  assert.equal(await session(), before)
  heard = '2026-11-21T12:00:40.000Z'
  assert.notEqual(await session(), before)
})

const faults: [fault: Fault, kind: CloudErrorKind, passedOn: boolean, message: string][] = [
  ['html-502', 'away', true, 'the Particle Cloud says 502'],
  ['empty-401', 'token', false, 'the Particle Cloud refuses the access token'],
  ['limit-429', 'limit', false, 'the Particle Cloud says 429: Too many requests'],
  ['timeout-408', 'device', true, 'the Particle Cloud says 408: Timed out.'],
  ['reset', 'away', true, 'the Particle Cloud cannot be reached (ECONNRESET)'],
]
for (const [fault, ...expected] of faults) {
  test(`the fault ${fault} is told apart`, async (t) => {
    const { standIn, cloud } = await start(t)
    standIn.fault = fault
    assert.deepEqual(await failure(cloud.call('desk', 'show', '1')), expected)
  })
}

test('what a device does not do is told apart', async (t) => {
  const { desk, cloud } = await start(t)
  assert.deepEqual(await failure(cloud.call('shop', 'show', '1')), [
    ...['device', false, 'the Particle Cloud says 404: Permission Denied'],
  ])
  assert.deepEqual(await failure(cloud.call('desk', 'hide', '1')), [
    ...['device', false, 'the Particle Cloud says 404: Function hide not found'],
  ])
  desk.online = false
  assert.deepEqual(await failure(cloud.call('desk', 'show', '1')), [
    ...['device', true, 'the Particle Cloud says 400: The device is not online.'],
  ])
})

test('a cloud that does not answer is given up, and its connection with it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { standIn, cloud } = await start(t)
  standIn.fault = 'hang'
  const failed = failure(cloud.call('desk', 'show', '1'))
  await until('the question', () => standIn.hanging === 1)
  t.mock.timers.tick(30_000)
  assert.deepEqual(await failed, [
    ...['away', true, 'the Particle Cloud does not answer (within 30 s)'],
  ])
  await until('the end of the connection', () => standIn.hanging === 0)
})

test('closed, it gives up what is under way and takes no more', async (t) => {
  const { standIn, cloud } = await start(t)
  standIn.fault = 'hang'
  const failed = failure(cloud.call('desk', 'show', '1'))
  await until('the question', () => standIn.hanging === 1)
  cloud.close()
  assert.deepEqual(await failed, ['away', true, 'stopped'])
  assert.deepEqual(await failure(cloud.devices()), ['away', false, 'stopped'])
  await until('the end of the connection', () => standIn.hanging === 0)
  assert.equal(standIn.requests.length, 1)
})

test('an answer that is none of the cloud is an error, and no token is repeated', async (t) => {
  const token = 'secret-token'
  const answers: [status: number, body: string][] = [
    [200, '{"return_value":"many"}'],
    [200, '<html>Log in to this Wi-Fi</html>'],
    [200, '[]'],
    [400, `{"error":"invalid","error_description":"bad\\ntoken ${token}"}`],
    [400, `{"errors":["${token}"],"output":1}`],
    [500, '"gone"'],
    [503, '{"error":17,"code":503}'],
  ]
  for (const [status, body] of answers) {
    const { url } = await startAnswers(t, (_, response) => {
      response.statusCode = status
      response.end(body)
    })
    const [, , message] = await failure(openCloud({ url, token }).call('desk', 'show', '1'))
    assert.ok(!String(message).includes(token), String(message))
    assert.ok(!String(message).includes('\n') || body.includes('errors'), String(message))
  }
})
