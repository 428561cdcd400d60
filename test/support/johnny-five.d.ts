// The whole of johnny-five, for tests of the virtual chips against its drivers.
declare module 'johnny-five' {
  import type Board from 'johnny-five/lib/board.js'

  const five: { Board: typeof Board }
  export default five
}
