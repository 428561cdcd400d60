import type { Transfer } from '../displays/display.ts'
import type { Board, Wiring } from './board.ts'
import { shiftOut, tm1637Levels } from './levels.ts'

/**
 * Takes transfers to a board and waits until it has carried them out; without transfers, until it has
 * answered at all.
 *
 * @throws BoardReset or Error, as `Board.barrier` does
 */
export async function send(
  board: Board,
  { pins }: Wiring,
  transfers: readonly Transfer[],
): Promise<void> {
  for (const transfer of transfers) {
    switch (transfer.bus) {
      case 'spi':
        if (board.writeSpi === undefined) board.writeLevels(shiftOut(pins, transfer.bytes))
        else board.writeSpi(transfer.bytes)
        break
      case 'tm1637':
        board.writeLevels(tm1637Levels(pins, transfer.bytes))
        break
      case 'i2c':
        board.writeI2c(transfer.address, transfer.bytes)
        break
    }
  }
  await board.barrier()
}
