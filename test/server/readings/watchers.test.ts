import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Watchers } from '../../../server/readings/watchers.ts'

function setup() {
  let nowMs = 0
  let hasStreams = false
  const watchers = new Watchers(
    () => nowMs,
    () => hasStreams,
  )
  let told = 0
  const end = watchers.onWatched(() => {
    told += 1
  })
  return {
    watchers,
    end,
    told: () => told,
    at: (ms: number) => {
      nowMs = ms
    },
    stream: (isOpen: boolean) => {
      hasStreams = isOpen
    },
  }
}

test('nobody watches before somebody has looked, and a minute after the last look', () => {
  const { watchers, at } = setup()
  assert.equal(watchers.isWatched, false)
  watchers.see()
  at(59_999)
  assert.equal(watchers.isWatched, true)
  at(60_000)
  assert.equal(watchers.isWatched, false)
})

test('an open stream watches for as long as it is open', () => {
  const { watchers, stream } = setup()
  stream(true)
  assert.equal(watchers.isWatched, true)
  stream(false)
  assert.equal(watchers.isWatched, false)
})

test('that somebody looks is told once, and again after nobody has', () => {
  const { watchers, told, at, end } = setup()
  watchers.see()
  at(30_000)
  watchers.see()
  at(89_999)
  watchers.see()
  assert.equal(told(), 1)
  at(149_999)
  watchers.see()
  assert.equal(told(), 2)
  end()
  at(300_000)
  watchers.see()
  assert.equal(told(), 2)
})
