// @types/johnny-five lacks the options used here (`sigint`), and johnny-five ships no types.
declare module 'johnny-five' {
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

  const five: { Board: typeof Board }
  export default five
}
