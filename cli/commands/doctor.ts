import { hostname } from 'node:os'
import { FatalError, UsageError } from '../../common/errors.ts'
import { brokerAddress } from '../../common/mqtt/address.ts'
import type { Finding } from '../../server/doctor.ts'
import { checkBoard } from '../checks/board.ts'
import { checkBridge } from '../checks/bridge.ts'
import { type BrokerCheck, checkBroker } from '../checks/broker.ts'
import { findingText } from '../checks/finding.ts'
import { checkParticle, type ParticleCheck } from '../checks/particle.ts'
import { serviceCopy, thisSystem } from '../checks/service-copy.ts'
import { checkSite } from '../checks/site.ts'
import { type CommandContext, command } from '../command.ts'
import { attached, chipOf, wiringOf } from '../display-at.ts'
import { processId } from '../process/process-id.ts'
import { siteSettingNames, type Values } from '../settings/settings.ts'
import { siteOptions } from '../sites.ts'

/** From Ctrl-C to the end. */
const leaveMs = 500

export const doctor = command({
  name: 'doctor',
  group: 'To look into',
  example: 'visitor-counter doctor --wp-config /var/www/html/wp-config.php',
  summary: 'checks database, plugin, bridge and board, and says what is wrong and what to do',
  settings: [
    ...siteSettingNames,
    'stateDir',
    'countUrl',
    'token',
    'mqtt',
    'homeAssistant',
    'name',
    'board',
    'particle',
    'particleMode',
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
      context.stdout.write(
        values.json
          ? `${JSON.stringify(finding)}\n`
          : findingText(finding, context.stdout, context.env),
      )
    }
    const { database, wpConfig, wordpress, display, pins } = values
    const hasSite = (database ?? wpConfig ?? wordpress) !== undefined || context.sites.length > 0
    const broker = await brokerOf(values, hasSite)
    const particle = particleOf(values, context.signal)
    const board = attached(values.board)
    const countUrl = context.isGiven('countUrl') ? values.countUrl : undefined
    for (const text of context.warnings) show({ subject: 'settings', status: 'warning', text })
    // What is wrong with the settings is said before anything is looked at.
    const wiring = board && (await wiringOf(board, chipOf(display), pins))
    if (hasSite) {
      for (const site of await siteOptions(values, context))
        await checkSite(site, context.log, context.signal, show, values.stateDir)
      for (const file of await configFiles(values, context)) {
        const copy = await serviceCopy(file, context.env['CREDENTIALS_DIRECTORY'], thisSystem)
        if (copy !== undefined) show(copy)
      }
    } else if ((countUrl ?? board ?? broker ?? particle) === undefined) {
      throw new UsageError(
        'what is to be checked? Give --wp-config or --database, --count-url, --mqtt, --particle, --board, or several of them',
      )
    }
    const stopIfAsked = () => {
      if (context.signal.aborted) throw new FatalError('doctor was stopped before it was done')
    }
    stopIfAsked()
    if (countUrl !== undefined) await checkBridge(countUrl, values.token, show)
    if (broker !== undefined) await checkBroker(broker, show)
    if (particle !== undefined) await checkParticle(particle, show)
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

/** The configurations on this machine that are read. */
async function configFiles(
  values: Values<'wpConfig' | 'ssh'>,
  { sites, env }: Pick<CommandContext, 'sites' | 'env'>,
): Promise<string[]> {
  const { findWpConfig } = await import('../../server/wordpress/config/wp-config.ts')
  return (sites.length > 0 ? sites : [values]).flatMap(({ wpConfig, ssh }) =>
    wpConfig === undefined || ssh !== undefined ? [] : [findWpConfig(wpConfig, { env }).file],
  )
}

/** The broker of the settings, and what its account is for: a desk has a name, a bridge a database. */
async function brokerOf(
  { mqtt, homeAssistant, name }: Values<'mqtt' | 'homeAssistant' | 'name'>,
  hasSite: boolean,
): Promise<BrokerCheck | undefined> {
  if (mqtt === undefined) return undefined
  const address = brokerAddress(mqtt, '--mqtt')
  const { clientIdOf } = await import('../../common/mqtt/client-id.ts')
  const clientId = clientIdOf(await processId(), 'doctor')
  const desk = name ?? (homeAssistant && !hasSite ? hostname() : undefined)
  const other = hasSite ? ({ kind: 'bridge' } as const) : ({ kind: 'unknown' } as const)
  const use = desk === undefined ? other : ({ kind: 'desk', name: desk } as const)
  return { address, use, homeAssistant, clientId, random: Math.random }
}

/** The devices of the Particle Cloud of the settings. */
function particleOf(
  {
    particle: desks,
    particleToken: token,
    particleUrl: url,
    particleMode: mode,
  }: Values<'particle' | 'particleToken' | 'particleUrl' | 'particleMode'>,
  signal: AbortSignal,
): ParticleCheck | undefined {
  if (desks === undefined) return undefined
  if (token === undefined) {
    throw new UsageError('--particle-token (or PARTICLE_TOKEN) is missing; --particle needs it')
  }
  return { cloud: { url, token }, devices: desks.map(({ device }) => device), mode, signal }
}
