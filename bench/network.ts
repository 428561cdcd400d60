/**
 * What a WordPress network costs a bridge and a broker: how long until all of its sites are served and
 * published, processor time while nobody and while somebody visits, and what the broker gets in a minute.
 *
 *     npm run build && npx tsc && node build/bench/network.js [sites] [seconds]
 */
import { spawn } from 'node:child_process'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { connect } from 'mqtt'
import { Cleanup } from '../test/support/cleanup.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { databaseUrl, freePort, startMariadb } from '../test/support/mariadb.ts'
import { serializedList, tablesOf, wordpress } from '../test/support/models/model.ts'
import { startMosquitto } from '../test/support/mosquitto.ts'
import { cpuMs, endProgram, program } from '../test/support/program.ts'
import { until } from '../test/support/until.ts'
import { counts } from './measure.ts'

const [sites, seconds] = counts([200, 60], [20, 10])
const built = process.env['PROGRAM'] ?? program
const days = 366
const cleanup = new Cleanup()
const say = (line: string) => process.stdout.write(`${line}\n`)

const prefixOf = (blog: number) => (blog === 1 ? 'wp_' : `wp_${blog}_`)
const dayBefore = (back: number) =>
  new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)

async function blog(number: number, koko: string): Promise<string> {
  const prefix = prefixOf(number)
  const options = {
    home: `https://net.example.com/site${number}`,
    timezone_string: 'UTC',
    active_plugins: serializedList(['koko-analytics/koko-analytics.php']),
  }
  const rows = Array.from({ length: days }, (_, back) => `('${dayBefore(back)}', 12, 34)`)
  return `${await wordpress(options, prefix)}
    ${koko.replaceAll('wp_koko', `${prefix}koko`)}
    INSERT INTO ${prefix}koko_analytics_site_stats VALUES ${rows.join()};`
}

try {
  const mariadb = await startMariadb(cleanup)
  const koko = await tablesOf('koko-analytics', 'koko_analytics_site_stats')
  const blogs = Array.from({ length: sites }, (_, index) => index + 1)
  const list = blogs.map((number) => `(${number},0,0,0)`).join()
  const network = `CREATE TABLE wp_blogs (blog_id INT, archived INT, spam INT, deleted INT);
    INSERT INTO wp_blogs VALUES ${list};`
  const connection = await mariadb.create('net', network)
  for (const number of blogs) await mariadb.execute(await blog(number, koko), 'net')

  const broker = await startMosquitto(cleanup)
  const client = connect({ host: '127.0.0.1', port: broker.port })
  cleanup.after(() => client.endAsync(true))
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  const online = new Set<string>()
  const got = { messages: 0, bytes: 0 }
  client.on('message', (topic, payload) => {
    got.messages += 1
    got.bytes += topic.length + payload.length
    if (topic.endsWith('/status') && String(payload) === 'online') online.add(topic)
  })
  await client.subscribeAsync('#', { qos: 0 })

  const port = await freePort()
  const stateDir = join(await temporaryFolder(cleanup), 'state')
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    [
      ...(process.env['PROFILE'] === undefined
        ? []
        : ['--cpu-prof', '--cpu-prof-dir', process.env['PROFILE']]),
      ...[built, 'serve', '--database', databaseUrl(connection), '--port', `${port}`],
      ...['--mqtt', broker.url, '--poll', '5s', '--state-dir', stateDir],
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: stateDir } },
  )
  cleanup.after(() => endProgram(child, 'SIGTERM'))
  const took = () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
  await until(
    'the first answer',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/count`).catch(() => undefined)
      return answer?.ok === true
    },
    300,
  )
  say(`${sites} sites: the main one is served after ${took()}`)
  await until('all are online', () => online.size >= sites, 300)
  say(
    `all are served and published after ${took()}, with ${await cpuMs(child)} ms of processor time`,
  )

  /** How many statements the server has been sent; the other costs of a bridge follow from it. */
  const statements = async () => {
    const [row] = await mariadb.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
    return Number(row?.['Value'])
  }
  /** What a while costs. */
  const measure = async (what: string, visit: () => Promise<unknown>) => {
    Object.assign(got, { messages: 0, bytes: 0 })
    const [beforeMs, brokerMs] = [await cpuMs(child), await broker.cpuMs()]
    const asked = await statements()
    const begunMs = performance.now()
    while (performance.now() - begunMs < seconds * 1000) await visit()
    const passedMs = performance.now() - begunMs
    const share = (ms: number) => `${((100 * ms) / passedMs).toFixed(1)} %`
    const perMinute = (60_000 * got.bytes) / passedMs
    say(
      `${what}: ${share((await cpuMs(child)) - beforeMs)} of a core, the broker ${share((await broker.cpuMs()) - brokerMs)}; ${(perMinute / 1e6).toFixed(2)} MB a minute at the broker in ${got.messages} messages; ${((((await statements()) - asked) / passedMs) * 1000).toFixed(0)} statements a second; load ${loadavg()[0]?.toFixed(1)}`,
    )
  }
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  await pause(5000)
  await measure('nobody visits', () => pause(500))
  let visited = 0
  await measure('a visit each half second', async () => {
    visited += 1
    const table = `${prefixOf((visited % sites) + 1)}koko_analytics_site_stats`
    await mariadb.execute(
      `UPDATE ${table} SET visitors = visitors + 1, pageviews = pageviews + 1 WHERE date = '${dayBefore(0)}'`,
      'net',
    )
    await pause(500)
  })
} finally {
  await cleanup.end()
}
