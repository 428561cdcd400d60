import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { start } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import {
  databaseUrl,
  fixture,
  freePort,
  type MysqlConnection,
  startMariadb,
} from '../../support/mariadb.ts'
import { startMosquitto, subscribe } from '../../support/mosquitto.ts'
import { until } from '../../support/until.ts'

const visit = "INSERT INTO wpsite_statify (created, referrer, target) VALUES (CURDATE(), '', '/')"
const pollMs = 1000

interface Bridge {
  readonly url: string
  count(): Promise<number | undefined>
  end(signal: NodeJS.Signals): Promise<unknown>
}

/** `serve` as a process of its own, which remembers nothing of other runs. */
async function serve(t: TestContext, ...args: string[]): Promise<Bridge> {
  const stateDir = await temporaryFolder(t)
  const port = await freePort()
  const running = start(t, ['serve', '--port', String(port), '--state-dir', stateDir, ...args])
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    count: async () => {
      const answer = await fetch(`${url}/count`).catch(() => undefined)
      return answer?.ok ? Number(await answer.text()) : undefined
    },
    end: (signal) => running.end(signal),
  }
}

/** Asks a bridge again and again; what it answered but should not have. */
function watch(t: TestContext, { url }: Bridge): { readonly faults: string[]; last: number } {
  const seen = { faults: [] as string[], last: 0 }
  let ended = false
  const ask = async () => {
    while (!ended) {
      try {
        const answer = await fetch(`${url}/count`)
        const text = await answer.text()
        const value = Number(text)
        if (!answer.ok) seen.faults.push(`${answer.status} ${text}`)
        else if (!(value >= seen.last)) seen.faults.push(`${text} after ${seen.last}`)
        else seen.last = value
      } catch (error) {
        if (!ended) seen.faults.push(String(error))
      }
      // As often as a client would at most: the answers of a whole takeover are looked at.
      await wait(50)
    }
  }
  const asking = ask()
  t.after(async () => {
    ended = true
    await asking
  })
  return seen
}

test('a reader is killed: another takes over, and no client of a replica notices', async (t) => {
  const [mariadb, broker] = await Promise.all([startMariadb(t), startMosquitto(t)])
  const { dump } = await fixture('statify')
  const connection = await mariadb.create('blog', dump)
  await mariadb.execute(
    `SET GLOBAL userstat = 1;
     CREATE USER second@localhost IDENTIFIED BY 'second'; CREATE USER second@'127.0.0.1' IDENTIFIED BY 'second';
     GRANT SELECT ON blog.* TO second@localhost; GRANT SELECT ON blog.* TO second@'127.0.0.1'`,
  )
  const rounds = async (user: string) => {
    const [row] = await mariadb.execute(
      `SELECT SUM(select_commands) AS n FROM information_schema.user_statistics WHERE user = '${user}'`,
    )
    return Number(row?.['n'] ?? 0)
  }
  const { newest, heard } = await subscribe(t, broker)
  const status = () => [...newest].find(([topic]) => topic.endsWith('/status'))?.[1]
  const reading = (as: MysqlConnection) =>
    serve(t, '--database', databaseUrl(as), '--mqtt', broker.url, '--poll', `${pollMs}ms`)

  const first = await reading(connection)
  await until('the first is online', () => status() === 'online', 30)
  const second = await reading({ ...connection, user: 'second', password: 'second' })
  const replicas = await Promise.all([1, 2, 3].map(() => serve(t, '--from', broker.url)))
  const bridges = [first, second, ...replicas]
  const allSay = async (total: number) =>
    (await Promise.all(bridges.map(({ count }) => count()))).every((count) => count === total)
  await until('all say the total', () => allSay(382), 30)

  const looked = await rounds('second')
  await mariadb.execute(visit, 'blog')
  await until('all say the next', () => allSay(383), 30)
  await mariadb.execute(visit, 'blog')
  await until('all say the one after', () => allSay(384), 30)
  assert.equal(await rounds('second'), looked)

  const watched = replicas.map((replica) => watch(t, replica))
  await until('all are watched', () => watched.every(({ last }) => last === 384))
  const killedMs = performance.now()
  await first.end('SIGKILL')
  await mariadb.execute(visit, 'blog')
  bridges.shift()
  await until('the second has taken over', () => allSay(385), 30)
  const takenMs = performance.now() - killedMs
  t.diagnostic(`the standby took over within ${Math.round(takenMs)} ms`)
  assert.ok(takenMs < 10_000)
  assert.ok(heard.some(({ topic, payload }) => topic.endsWith('/status') && payload === 'offline'))
  assert.equal(status(), 'online')

  const third = await reading(connection)
  bridges.push(third)
  await until('the first is back, as a standby', () => allSay(385), 30)
  await second.end('SIGTERM')
  bridges.shift()
  await mariadb.execute(visit, 'blog')
  await until('it has taken over in turn', () => allSay(386), 30)
  assert.deepEqual(
    watched.flatMap(({ faults }) => faults),
    [],
  )
})
