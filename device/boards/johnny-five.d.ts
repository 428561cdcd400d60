// @types/johnny-five lacks the options used here (`sigint`), and johnny-five ships no types.
declare module 'johnny-five' {
  import { EventEmitter } from 'node:events'
  import type { Firmata } from 'firmata-io'

  class Board extends EventEmitter {
    constructor(options: {
      io: Firmata
      repl: false
      debug: false
      sigint: false
      /** Milliseconds from "connect" until it gives up on "ready". */
      timeout: number
    })
    readonly io: Firmata
    /** Its own limit on "ready". */
    readonly timer?: NodeJS.Timeout
  }

  const five: { Board: typeof Board }
  export default five
}
