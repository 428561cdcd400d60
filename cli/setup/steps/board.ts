import { FatalError, messageOf, UsageError } from '../../../common/errors.ts'
import { ownFirmware } from '../../../device/boards/desk-messages.ts'
import { esphomeBoards, esphomeDisplays } from '../../../hardware/esphome/configuration.ts'
import type { Finding } from '../../../server/doctor.ts'
import { checkBoard } from '../../checks/board.ts'
import { findingText, problem } from '../../checks/finding.ts'
import { flashArduino } from '../../commands/flash.ts'
import { attached, chipOf, wiringOf } from '../../display-at.ts'
import type { SettingName } from '../../settings/settings.ts'
import type { Setup } from '../setup.ts'
import { brlttyAdvice, usbBoards } from '../usb-boards.ts'

/** A kind of board that is not found by looking. One record in `kinds`. */
interface Kind {
  readonly label: string
  ask(setup: Setup): Promise<void>
}

const flag = '--board'

const kinds: readonly Kind[] = [
  {
    label: 'An Arduino at USB, by the name of its port',
    async ask({ talk, answers }) {
      const path = await talk.ask({ text: 'The port, as /dev/ttyACM0 or COM3:', flag })
      answers.set('board', `serial:${path.replace(/^serial:/, '')}`)
    },
  },
  {
    label: 'A board in the network: ESP8266, MKR or Ethernet with StandardFirmata',
    async ask({ talk, answers }) {
      const host = await talk.ask({ text: 'Its address, with :port where that is not 3030:', flag })
      answers.set('board', `tcp:${host.replace(/^tcp:/, '')}`)
    },
  },
  {
    label: 'The pins of this Raspberry Pi',
    ask: async ({ answers }) => answers.set('board', 'raspi'),
  },
  {
    label: 'A Photon with VoodooSpark',
    async ask({ talk, answers }) {
      const device = await talk.ask({
        text: 'Its name in the Particle Cloud, or its address:',
        flag,
      })
      if (/^[\d.]+(:\d+)?$/.test(device)) {
        answers.set('board', `voodoospark:${device}`)
        return
      }
      answers.set('board', `particle:${device}`)
      const text = 'An access token of the Particle Cloud:'
      answers.set('particleToken', await talk.ask({ text, flag: '--particle-token', secret: true }))
    },
  },
  {
    label: 'A virtual board, whose digits are to be seen here',
    ask: async ({ answers }) => answers.set('board', 'virtual'),
  },
]

/** Which program shows the number: `device` at a board or in the terminal, or one that needs none of ours. */
export type Desk = 'board' | 'terminal' | 'esphome'

/** Asks for the board until one answers. */
export async function askBoard(setup: Setup): Promise<Desk> {
  const { talk, answers } = setup
  talk.step('3. The board')
  const named: readonly SettingName[] = ['board', 'particleToken']
  let { flash } = await answers.values(['flash'])
  if (answers.get('display') === 'terminal') {
    talk.say('None: the digits stand in the terminal, as --display says.')
    return 'terminal'
  }
  for (;;) {
    if (answers.get('board') === undefined) {
      const desk = await chooseBoard(setup)
      if (desk !== 'board') return desk
    }
    const { board } = await answers.values(['board'])
    if (board?.kind === 'esphome') return 'esphome'
    if (flash === true && board?.kind === 'serial') {
      await load(setup, board.path)
      flash = false
    }
    const answered = await answersNow(setup)
    if (answered !== undefined) {
      const isOther = board?.kind === 'serial' && !answered.startsWith(ownFirmware.name)
      const isOffered = isOther && flash === undefined
      flash = isOffered && (await talk.confirm({ text: offer, flag: '--flash' }, false))
      if (!flash) return 'board'
      continue
    }
    if (setup.yes) throw new FatalError('the board does not answer; nothing was written')
    const next = await talk.choose<'again' | 'flash' | 'other'>({ text: 'What now?', flag }, [
      { label: 'Try it again', value: 'again' },
      ...(board?.kind === 'serial'
        ? [
            {
              label: "Load the counter's own firmware onto it: an Uno or Nano",
              value: 'flash' as const,
            },
          ]
        : []),
      { label: 'Choose another board', value: 'other' },
    ])
    if (next === 'other') answers.remove(...named)
    if (next === 'flash') flash = true
  }
}

/** Loads our firmware; what it says against that is told, and the board is asked again. */
async function load({ talk, context, yes }: Setup, path: string): Promise<void> {
  try {
    await flashArduino(path, { hex: undefined, dryRun: false }, context)
  } catch (error) {
    if (yes) throw error
    talk.say(messageOf(error))
  }
}

/** A board that needs none of our programs: which, and with which display. */
async function askEsphome({ talk, answers }: Setup): Promise<Desk> {
  const board = await talk.choose(
    { text: 'Which board is it?', flag },
    esphomeBoards.map(({ id }) => ({ label: id, value: id })),
  )
  answers.set('board', board)
  if (answers.get('display') === undefined) {
    const display = await talk.choose(
      { text: 'Which display is it?', flag: '--display' },
      esphomeDisplays.map((id) => ({ label: id, value: id })),
    )
    answers.set('display', display)
  }
  return 'esphome'
}

async function chooseBoard(setup: Setup): Promise<Desk> {
  const { talk, answers, machine } = setup
  const usb = await usbBoards(machine.usb)
  const before = answers.before('board')
  const board = (text: string) => async (): Promise<Desk> => {
    answers.set('board', text)
    return 'board'
  }
  const options = [
    ...(before === undefined ? [] : [{ label: `${before}, as so far`, value: board(before) }]),
    ...usb
      .filter(({ path }) => `serial:${path}` !== before)
      .map(({ path, kind }) => ({
        label: `${kind}, at ${path}`,
        value: board(`serial:${path}`),
      })),
  ]
  if (usb.length === 0) {
    talk.say(
      'No board is to be seen at USB. One that is plugged in may have a cable that only charges.',
    )
    const advice = brlttyAdvice(machine.usb)
    if (advice !== undefined) talk.say(advice)
  }
  const choose = await talk.choose<() => Promise<Desk>>(
    { text: 'Where is the display?', flag },
    [
      ...options,
      ...kinds.map(({ label, ask }) => ({
        label,
        value: async (): Promise<Desk> => {
          await ask(setup)
          return 'board'
        },
      })),
      { label: 'An ESP32 or ESP8266 with ESPHome', value: () => askEsphome(setup) },
      { label: 'Nowhere yet: only in the terminal', value: async () => 'terminal' },
    ],
    options.length > 0 ? 0 : -1,
  )
  return choose()
}

/** Has the board answer: what it says, or undefined, and what to do then. */
async function answersNow(setup: Setup): Promise<string | undefined> {
  const { talk, answers, context, machine } = setup
  const { stdout, env, signal } = context
  let text = ''
  let failed = false
  const show = (finding: Finding) => {
    failed ||= finding.status === 'problem'
    text = finding.text
    stdout.write(findingText(finding, stdout, env))
  }
  try {
    const values = await answers.values([
      'board',
      'display',
      'pins',
      'particleToken',
      'particleUrl',
    ])
    const { display, pins } = values
    const cloud = { token: values.particleToken ?? '', url: values.particleUrl }
    const board = attached(values.board)
    if (board === undefined) return undefined
    if (board.kind === 'serial')
      talk.say('The board is opened, which restarts an Arduino: up to 8 s.')
    const wiring = await wiringOf(board, chipOf(display), pins)
    await checkBoard(board, wiring, cloud, signal, show)
    if (!failed) return text
    if (board.kind === 'serial' && /get ready/.test(text)) talk.say(notFirmata)
    const isGone = board.kind === 'serial' && !machine.usb.exists(board.path)
    const advice = isGone ? brlttyAdvice(machine.usb) : undefined
    if (advice !== undefined) talk.say(advice)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    show(problem('settings', error, 'choose another board'))
    answers.remove('board')
  }
  return undefined
}

const offer =
  "Load the counter's own firmware onto it, if it is an Uno or Nano? With it the display marks the number as old by itself when this computer stops."

/** What an Arduino needs that answers nothing. */
const notFirmata = `The port opens, but what is on the board is not Firmata. Onto an Uno or
Nano the counter's own firmware can be loaded from here. Onto any other board:
  a. In the Arduino IDE: File, Examples, Firmata, StandardFirmata.
  b. Tools, Board and Tools, Port: choose yours. Then Upload.
  c. Close the IDE: a port has room for one program. Then try it again here.`
