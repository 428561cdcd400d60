import type { Frame } from '../face/frame.ts'

/** A connection to a board, as far as it says what is to be done next. */
export interface LinkState {
  /** What the display is to show; undefined until the first frame. */
  readonly wanted: Frame | undefined
  /** What it shows; undefined where it must be told everything. */
  readonly shown: Frame | undefined
  /** Whether the board listens, has a frame under way, or has been reset and does not listen yet. */
  readonly board: 'listens' | 'answers' | 'starts'
  /** Whether `wanted` is the last. */
  readonly isStopping: boolean
  /** When the board is to be asked whether it is still there, and when everything is written anew. */
  readonly heartbeatAt: number
  readonly refreshAt: number
  /** When the board was reset, of late. */
  readonly resets: readonly number[]
}

export type Step =
  /** Sends a frame: all of it to a dark display, all of it again, or what has changed. */
  | {
      readonly do: 'send'
      readonly frame: Frame
      readonly how: 'initialize' | 'refresh' | 'change'
    }
  /** Asks the board whether it is there. */
  | { readonly do: 'ask' }
  /** Until something happens, or until a time where there is one. */
  | { readonly do: 'wait'; readonly until: number | undefined }
  | { readonly do: 'done' }
  | { readonly do: 'give up' }

/**
 * A board that says nothing for so long is asked whether it is still there: one that was switched off and
 * on again has forgotten the connection. An Uno that has been reset waits for a program for a second
 * and more, in which what it is sent is lost; what comes later waits in its buffer and would be carried
 * out before it has set up its pins. So it is asked before that.
 */
export const heartbeatMs = 1000
/** A chip that lost power, or that noise has garbled, shows nothing or nonsense until then. */
export const refreshMs = 10_000
/** A board that starts anew more often than so is none, or has no proper supply. */
export const mostResets = { count: 5, withinMs: 10_000 }

/** A board that has just been connected to. */
export function connected(now: number, wanted: Frame | undefined): LinkState {
  return {
    wanted,
    shown: undefined,
    board: 'listens',
    isStopping: false,
    // At once: that it is there is known from its first answer.
    heartbeatAt: now,
    refreshAt: now,
    resets: [],
  }
}

/** What is to be done next. */
export function nextStep(state: LinkState, now: number): Step {
  const { wanted: frame, shown, board, isStopping, heartbeatAt, refreshAt, resets } = state
  const recent = resets.filter((at) => now < at + mostResets.withinMs)
  if (recent.length > mostResets.count) return { do: 'give up' }
  if (board !== 'listens') return { do: 'wait', until: undefined }
  if (frame !== undefined) {
    if (shown === undefined) return { do: 'send', frame, how: 'initialize' }
    if (now >= refreshAt && !isStopping) return { do: 'send', frame, how: 'refresh' }
    if (shown !== frame) return { do: 'send', frame, how: 'change' }
  }
  if (isStopping) return { do: 'done' }
  if (now >= heartbeatAt) return { do: 'ask' }
  return { do: 'wait', until: shown === undefined ? heartbeatAt : Math.min(heartbeatAt, refreshAt) }
}

/** A step is under way: what it brings is shown, or will be forgotten with the connection. */
export function sending(state: LinkState, step: Step): LinkState {
  return { ...state, board: 'answers', shown: step.do === 'send' ? step.frame : state.shown }
}

/**
 * The board has confirmed a step.
 *
 * @param tookMs of which a matrix takes seconds at a serial port: what it wrote first is as old by now
 */
export function confirmed(state: LinkState, step: Step, now: number, tookMs = 0): LinkState {
  const isWhole = step.do === 'send' && step.how !== 'change'
  return {
    ...state,
    board: 'listens',
    heartbeatAt: now + heartbeatMs,
    refreshAt: isWhole ? now + Math.max(refreshMs - tookMs, refreshMs / 2) : state.refreshAt,
  }
}

/** The display is to be left with a frame, or as it is. */
export function stopping(state: LinkState, farewell: Frame | undefined): LinkState {
  return { ...state, isStopping: true, wanted: farewell ?? state.shown }
}

/** The frame looks as the one that is shown: nothing had to be sent. */
export function looksTheSame(state: LinkState, frame: Frame): LinkState {
  return { ...state, shown: frame }
}

/** The board has been reset under a step, and does not listen yet. */
export function resetUnderWay(state: LinkState): LinkState {
  return { ...state, board: 'starts', shown: undefined }
}

/** The board listens again after a reset. */
export function restarted(state: LinkState, now: number): LinkState {
  const recent = state.resets.filter((at) => now < at + mostResets.withinMs)
  return { ...state, board: 'listens', shown: undefined, resets: [...recent, now] }
}
