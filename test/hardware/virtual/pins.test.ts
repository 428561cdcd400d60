import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Drive, type Levels, Pins } from '../../../hardware/virtual/pins.ts'

// Pin modes: protocol.md, "Supported Modes".
const INPUT = 0
const OUTPUT = 1

function recorder() {
  const levels: [Levels, Levels][] = []
  const drives: [Drive, Drive][] = []
  const chip = {
    power() {},
    pinsChanged: (before: Levels, after: Levels) => levels.push([before, after]),
    driveChanged: (before: Drive, after: Drive) => drives.push([before, after]),
  }
  return { chip, levels, drives }
}

describe('the pins of a board', () => {
  test('tell levels, and with them which pins are outputs', () => {
    const { chip, levels, drives } = recorder()
    const pins = new Pins([OUTPUT, OUTPUT, INPUT], [chip])
    pins.write(0b111, 0b110)
    assert.deepEqual(levels, [[0, 0b010]])
    assert.deepEqual(drives, [
      [
        { levels: 0, outputs: 0b011 },
        { levels: 0b010, outputs: 0b011 },
      ],
    ])
  })

  test('tell of a released pin only those who look at more than levels', () => {
    const { chip, levels, drives } = recorder()
    const pins = new Pins([OUTPUT], [chip])
    pins.setMode(0, INPUT)
    pins.setMode(0, INPUT)
    assert.deepEqual(levels, [])
    assert.deepEqual(drives, [
      [
        { levels: 0, outputs: 1 },
        { levels: 0, outputs: 0 },
      ],
    ])
  })

  test('let a level fall and go in the same instant when a high output becomes an input', () => {
    const { chip, levels, drives } = recorder()
    const pins = new Pins([OUTPUT], [chip])
    pins.write(1, 1)
    pins.setMode(0, INPUT)
    assert.deepEqual(levels.at(-1), [1, 0])
    assert.deepEqual(drives.at(-1)?.[1], { levels: 0, outputs: 0 })
  })

  test('start an output low unless the board keeps its level', () => {
    const pins = new Pins([INPUT, INPUT], [])
    pins.setMode(0, OUTPUT)
    pins.setMode(1, OUTPUT, 1)
    assert.equal(pins.levels, 0b10)
    pins.setMode(1, INPUT, 1)
    assert.equal(pins.levels, 0, 'an input drives nothing')
  })
})
