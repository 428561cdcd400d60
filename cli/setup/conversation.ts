import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { UsageError } from '../../common/errors.ts'
import { columnsOf, type TextOut, wrap } from '../text.ts'

/** Where answers come from: a terminal, or a pipe. */
type Answering = Readable & {
  readonly isTTY?: boolean | undefined
  setRawMode?(mode: boolean): unknown
}

export interface ConversationOptions {
  readonly input: Answering
  readonly output: TextOut
  /** Takes the default of every question. */
  readonly yes: boolean
  /** Called for a Ctrl-C that comes as a key, while a password is typed. */
  readonly interrupt: () => void
}

export interface Question {
  readonly text: string
  /** The flag that answers it too. */
  readonly flag: string
  /** Taken when nothing is typed, and by `--yes`. */
  readonly usual?: string | undefined
  /** Not to be seen while it is typed. */
  readonly secret?: boolean
  /** What is wrong with an answer, in a sentence; undefined when it is right. */
  readonly check?: (answer: string) => string | undefined | Promise<string | undefined>
}

export interface Option<Value> {
  readonly label: string
  readonly value: Value
}

const CTRL_C = '\x03'

/**
 * Questions and answers as plain lines: the same in a terminal, a pipe, with `TERM=dumb` and for a screen
 * reader. Nothing is drawn over.
 */
export class Conversation {
  readonly #options: ConversationOptions
  readonly #lines: string[] = []
  #ended = false
  #wake: () => void = () => undefined
  readonly #close: () => void

  constructor(options: ConversationOptions) {
    this.#options = options
    const { input, interrupt } = options
    // The terminal itself edits the line.
    const reader = createInterface({ input, terminal: false, crlfDelay: Number.POSITIVE_INFINITY })
    reader.on('line', (line) => {
      this.#lines.push(line)
      this.#wake()
    })
    reader.on('close', () => {
      this.#ended = true
      this.#wake()
    })
    const keys = (data: Buffer | string) => {
      if (String(data).includes(CTRL_C)) interrupt()
    }
    input.on('data', keys)
    this.#close = () => {
      input.off('data', keys)
      input.setRawMode?.(false)
      reader.close()
      input.pause()
    }
  }

  /** Lets go of the input. */
  close(): void {
    this.#close()
  }

  /** A paragraph, or several lines of which each is wrapped by itself. */
  say(text: string): void {
    const columns = columnsOf(this.#options.output)
    for (const line of text.split('\n')) {
      const hanging = /^ */.exec(line)?.[0].length ?? 0
      this.#options.output.write(`${wrap(line, columns, hanging)}\n`)
    }
  }

  /** The heading of a step. */
  step(heading: string): void {
    this.say(`\n${heading}`)
  }

  /** Asks until the answer is right. */
  async ask(question: Question): Promise<string> {
    const { text, flag, usual, check } = question
    if (this.#options.yes) {
      const wrong = usual === undefined ? undefined : await check?.(usual)
      if (usual === undefined || wrong !== undefined) throw unanswered(text, flag, wrong)
      this.say(`${text} ${question.secret ? '…' : usual}`)
      return usual
    }
    for (;;) {
      const suggestion = usual === undefined || usual === '' || question.secret ? '' : ` [${usual}]`
      const line = await this.#line(question, `${text}${suggestion}`)
      const answer = line.trim() === '' ? (usual ?? '') : line.trim()
      if (answer === '' && usual === undefined) continue
      const wrong = await check?.(answer)
      if (wrong === undefined) return answer
      this.say(`${wrong}`)
    }
  }

  /** Asks for one of several, by its number. */
  async choose<Value>(
    { text, flag }: Pick<Question, 'text' | 'flag'>,
    options: readonly Option<Value>[],
    usual = 0,
  ): Promise<Value> {
    this.say(text)
    for (const [index, { label }] of options.entries()) {
      this.say(`${String(index + 1).padStart(3)}  ${label}`)
    }
    const answer = await this.ask({
      text: 'Number:',
      flag,
      usual: options[usual] !== undefined ? String(usual + 1) : undefined,
      check: (answer) =>
        /^\d+$/.test(answer) && options[Number(answer) - 1] !== undefined
          ? undefined
          : `Please type a number from 1 to ${options.length}.`,
    })
    const chosen = options[Number(answer) - 1]
    if (chosen === undefined) throw new RangeError(`there is no option ${answer}`)
    return chosen.value
  }

  async confirm(question: Pick<Question, 'text' | 'flag'>, usual = true): Promise<boolean> {
    const answer = await this.ask({
      ...question,
      usual: usual ? 'yes' : 'no',
      check: (answer) => (/^(y|yes|n|no)$/i.test(answer) ? undefined : 'Please answer yes or no.'),
    })
    return /^y/i.test(answer)
  }

  async #line({ text, flag, secret = false }: Question, prompt: string): Promise<string> {
    const { input, output } = this.#options
    const hidden = secret && input.isTTY === true && input.setRawMode !== undefined
    // Before the question stands there: somebody may be quick.
    if (hidden) input.setRawMode?.(true)
    output.write(`${wrap(prompt, columnsOf(output))} `)
    try {
      while (this.#lines.length === 0 && !this.#ended) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
      const line = this.#lines.shift()
      if (line === undefined) {
        output.write('\n')
        throw unanswered(text, flag, undefined)
      }
      // A terminal shows what is typed; in what a pipe leaves behind each answer stands as well.
      if (hidden) output.write('\n')
      else if (!input.isTTY) output.write(secret ? '…\n' : `${line}\n`)
      return hidden ? edited(line) : line
    } finally {
      if (hidden) input.setRawMode?.(false)
    }
  }
}

function unanswered(text: string, flag: string, wrong: string | undefined): UsageError {
  const why = wrong === undefined ? '' : `; ${wrong}`
  return new UsageError(`"${text.replace(/[:?]$/, '')}" has no answer: give ${flag}${why}`)
}

/** What a terminal would have made of the keys: Backspace takes one away, Ctrl-U all. */
function edited(line: string): string {
  let text = ''
  for (const key of line) {
    if (key === '\x7f' || key === '\b') text = text.slice(0, -1)
    else if (key === '\x15') text = ''
    else if (key >= ' ') text += key
  }
  return text
}
