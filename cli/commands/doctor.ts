import { FatalError, messageOf, UsageError } from '../../common/errors.ts'
import type { Logger } from '../../common/log.ts'
import type { CloudOptions } from '../../common/particle-cloud.ts'
import type { Board, Wiring } from '../../device/boards/board.ts'
import type { BoardSetting } from '../../device/boards/index.ts'
import type { Finding } from '../../server/doctor.ts'
import type { SiteOptions } from '../../server/readings/site-group.ts'
import { command } from '../command.ts'
import { siteSettingNames } from '../settings/settings.ts'
import { siteOptions } from '../sites.ts'
import { attached, chipOf, wiringOf } from './device.ts'

/** Time for the answer of the bridge. */
const answerMs = 10_000
/** From Ctrl-C to the end. */
const leaveMs = 500

export const doctor = command({
  name: 'doctor',
  summary: 'checks database, plugin, bridge and board, and says what is wrong and what to do',
  settings: [
    ...siteSettingNames,
    'countUrl',
    'token',
    'board',
    'particleToken',
    'particleUrl',
    'display',
    'pins',
    'json',
  ],
  async run(values, context) {
    // A connection that is being opened cannot be aborted; the process does not wait for it.
    const leave = () => setTimeout(() => process.exit(1), leaveMs).unref()
    context.signal.addEventListener('abort', leave, { once: true })
    const findings: Finding[] = []
    const show = (finding: Finding) => {
      findings.push(finding)
      context.stdout.write(values.json ? `${JSON.stringify(finding)}\n` : asText(finding))
    }
    const { database, wpConfig, display, pins } = values
    const board = attached(values.board)
    const countUrl = context.isGiven('countUrl') ? values.countUrl : undefined
    for (const text of context.warnings) show({ subject: 'settings', status: 'warning', text })
    // What is wrong with the settings is said before anything is looked at.
    const wiring = board && (await wiringOf(board, chipOf(display), pins))
    if (database !== undefined || wpConfig !== undefined || context.sites.length > 0) {
      for (const site of await siteOptions(values, context))
        await checkSite(site, context.log, context.signal, show)
    } else if (countUrl === undefined && board === undefined) {
      throw new UsageError(
        'what is to be checked? Give --wp-config or --database, --count-url, --board, or several of them',
      )
    }
    const stopIfAsked = () => {
      if (context.signal.aborted) throw new FatalError('doctor was stopped before it was done')
    }
    stopIfAsked()
    if (countUrl !== undefined) await checkEndpoint(countUrl, values.token, show)
    if (board && wiring) {
      const cloud = { token: values.particleToken ?? '', url: values.particleUrl }
      await checkBoard(board, wiring, cloud, context.signal, show)
    }
    stopIfAsked()
    const problems = findings.filter(({ status }) => status === 'problem').length
    if (problems > 0) {
      throw new FatalError(`doctor found ${problems === 1 ? 'a problem' : `${problems} problems`}`)
    }
  },
})

async function checkSite(
  site: SiteOptions,
  log: Logger,
  signal: AbortSignal,
  show: (finding: Finding) => void,
): Promise<void> {
  const { examineSite } = await import('../../server/doctor.ts')
  const database = await site.place.open(log)
  // What is under way at the database fails with it.
  const close = () => void database.close()
  signal.addEventListener('abort', close)
  try {
    for await (const finding of examineSite(site, database, Date.now)) {
      if (signal.aborted) return
      show(finding)
    }
  } catch (error) {
    if (signal.aborted) return
    show(problem('database', error, 'mend this first; what comes after it could not be checked'))
  } finally {
    signal.removeEventListener('abort', close)
    await database.close()
  }
}

/** Makes the request that a device would make. */
async function checkEndpoint(
  countUrl: URL,
  token: string | undefined,
  show: (finding: Finding) => void,
): Promise<void> {
  const { feedUrl } = await import('../../device/run.ts')
  const { parseAnswer } = await import('../../device/feed/answer.ts')
  const { failure, refusal } = await import('../../device/feed/failure.ts')
  const { addressName, clientFor } = await import('../../device/feed/http.ts')
  const { get } = await import('../../device/feed/poll.ts')
  const url = feedUrl({ countUrl, show: undefined, site: undefined }, 'v1/count')
  const name = addressName(url)
  const wrong = (text: string, advice: string) =>
    show({ subject: 'bridge', status: 'problem', text: `${name}: ${text}`, advice })
  const agent = new (clientFor(url).Agent)()
  try {
    const signal = AbortSignal.timeout(answerMs)
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
    const { status, location, body } = await get(url, { agent, signal }, headers)
    if (status !== 200) {
      wrong(refusal(status, location, url), adviceFor(status, token))
      return
    }
    const { value, ageSeconds, stale } = parseAnswer(body)
    show({
      subject: 'bridge',
      status: stale === true ? 'warning' : 'ok',
      text: `${name} says ${value}, ${ageSeconds} s old`,
      ...(stale === true ? { advice: 'its number is old: look at the log of the bridge' } : {}),
    })
  } catch (error) {
    wrong(failure(error), adviceFor(undefined, token))
  } finally {
    agent.destroy()
  }
}

/** @param status of its answer, if there was one */
function adviceFor(status: number | undefined, token: string | undefined): string {
  switch (status) {
    case undefined:
    case 404:
      return 'start it with visitor-counter serve, or correct --count-url'
    case 401:
      return token === undefined
        ? 'give --token, the one that the bridge was started with'
        : 'correct --token: it is not the one that the bridge was started with'
    case 503:
      return 'the bridge has read nothing yet: look at its log, or run doctor with its --database'
    default:
      return 'look at the log of the bridge, or correct --count-url'
  }
}

async function checkBoard(
  setting: BoardSetting,
  wiring: Wiring,
  cloud: CloudOptions,
  signal: AbortSignal,
  show: (finding: Finding) => void,
): Promise<void> {
  const { boardOpener } = await import('../../device/boards/index.ts')
  if (setting.kind === 'virtual') {
    show({ subject: 'board', status: 'ok', text: 'a virtual one is always there' })
    return
  }
  let board: Board | undefined
  try {
    board = await boardOpener(setting, cloud)(wiring, signal)
    await board.send([])
    show({ subject: 'board', status: 'ok', text: `${board.name} answers` })
  } catch (error) {
    show(
      problem(
        'board',
        error,
        'is it switched on and connected, and does it run StandardFirmata? A network board serves one program at a time',
      ),
    )
  } finally {
    board?.close()
  }
}

function problem(subject: string, error: unknown, advice: string): Finding {
  const text = messageOf(error)
  return { subject, status: 'problem', text, advice }
}

const marks = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' } as const

function asText({ subject, status, text, advice }: Finding): string {
  const line = `${marks[status]}  ${subject.padEnd(20)}  ${text}\n`
  return advice === undefined ? line : `${line}${' '.repeat(31)}-> ${advice}\n`
}
