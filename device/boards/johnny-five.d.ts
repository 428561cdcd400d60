// The board alone: the whole of johnny-five takes 2 MB more. It ships no types, and @types/johnny-five
// lacks the options used here (`sigint`).
declare module 'johnny-five/lib/board.js' {
  import { EventEmitter } from 'node:events'

  class Board extends EventEmitter {
    constructor(options: {
      io: EventEmitter
      repl: false
      debug: false
      sigint: false
      /** Milliseconds from "connect" until it gives up on "ready". */
      timeout: number
    })
    /** Its own limit on "ready". */
    readonly timer?: NodeJS.Timeout
    /** Every board that was ever made, kept for components that do not say theirs. */
    static readonly cache: Board[]
  }

  export default Board
}
