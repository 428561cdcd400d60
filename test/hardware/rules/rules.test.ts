import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Program, rules, run } from '../../support/cpp.ts'
import * as cases from './cases.ts'
import { askUno, buildRules } from './host.ts'

const questionsOf = (table: readonly cases.Case[]) => table.map(([question]) => question)

/** That each question got the answer that the device program has for it. */
function assertAnswers(table: readonly cases.Case[], answers: readonly string[]) {
  assert.deepEqual(
    table.map(([question], i) => `${question}: ${answers[i]}`),
    table.map(([question, answer]) => `${question}: ${answer}`),
  )
}

// Particle's compilers are at C++17 and below, ESPHome's at C++20.
for (const standard of ['c++17', 'c++20']) {
  describe(`the rules that all firmware shares, as ${standard},`, () => {
    let probe: Program
    before(async () => {
      probe = await buildRules('probe', standard)
    })
    after(() => probe.remove())

    async function asTheDevice(table: readonly cases.Case[]) {
      assertAnswers(table, await run(probe, [], questionsOf(table)))
    }

    test('draw the numbers of the table that they share with the device program', () =>
      asTheDevice(cases.shared))

    test('draw any number on any width as the device program does', () =>
      asTheDevice(cases.anyNumbers(5000)))

    test('draw dashes for a number that is not known', () => asTheDevice(cases.unknown))

    test('send a frame byte for byte as the driver of the device program', () =>
      asTheDevice(cases.anyFrames(500)))

    test('light the status sign as the device program', () => asTheDevice(cases.signs))

    test('draw numbers and tell of old ones where there are no points', () =>
      asTheDevice([...cases.pointless, ...cases.pauses]))

    test('celebrate the milestones of the device program', () =>
      asTheDevice(cases.milestones(2000)))

    test('celebrate as the device program', () => asTheDevice(cases.celebrations))

    test('read what a bridge says, digit by digit, and refuse everything else', () =>
      asTheDevice(cases.readings))

    test('take the first window that holds, one that spans midnight, and one of a whole day', () =>
      asTheDevice(cases.windows))

    for (const zone of cases.zones) {
      test(`know the time of day in ${zone[1]} by ${zone[0]}`, () =>
        asTheDevice(cases.timesOfDay(zone)))
    }

    test('refuse a zone or windows that they do not understand to the end', () =>
      asTheDevice(cases.refused))
  })
}

test('the rules answer alike on an Arduino Uno, whose int has 16 bits', async (t) => {
  const tables = [
    ...[cases.shared, cases.unknown, cases.signs, cases.windows, cases.refused, cases.readings],
    ...[cases.pointless, cases.pauses],
    ...[cases.anyNumbers(120), cases.anyFrames(20), cases.milestones(20), cases.celebrations],
    // The hours around a change of the clock.
    ...cases.zones.map((zone) => cases.timesOfDay(zone).slice(160, 170)),
  ].flat()
  assertAnswers(tables, await askUno(t, questionsOf(tables)))
})

test('the rules know of no board, no system and no library', async () => {
  const headers = await readdir(rules)
  for (const header of headers) {
    const text = await readFile(join(rules, header), 'utf8')
    const taken = [...text.matchAll(/^#include [<"](.*)[>"]$/gm)].map(([, name = '']) => name)
    const allowed = ['stddef.h', 'stdint.h', 'string.h', ...headers]
    assert.deepEqual(
      taken.filter((name) => !allowed.includes(name)),
      [],
      header,
    )
    // A variable beside the constants would be shared by two displays on one board.
    assert.doesNotMatch(text, /^(?!constexpr|using)\w.* = .*;$/m, header)
  }
})

test('no text from outside breaks the rules, and only counts are taken', async (t) => {
  const fuzz = await buildRules('fuzz')
  t.after(() => fuzz.remove())
  const seed = Math.floor(Math.random() * 2 ** 32)
  t.diagnostic(`seed ${seed}`)
  await run(fuzz, ['200000', String(seed)], [])
})
