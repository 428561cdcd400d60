import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Abortable } from '../../common/abortable.ts'
import { collected } from '../support/garbage.ts'

test('what comes before the end is passed on, and what fails before it too', async () => {
  const ending = new Abortable()
  assert.equal(await ending.before(Promise.resolve(5)), 5)
  await assert.rejects(ending.before(Promise.reject(new Error('no'))), /no/)
})

test('all who wait fail with the first reason, and all who come later', async () => {
  const ending = new Abortable()
  const waiting = [1, 2].map(() => ending.before(new Promise(() => undefined)))
  ending.end(new Error('the first'))
  ending.end(new Error('the second'))
  for (const each of waiting) await assert.rejects(each, /the first/)
  await assert.rejects(ending.before(new Promise(() => undefined)), /the first/)
  await assert.rejects(
    ending.before(Promise.resolve(5)).then(() => undefined),
    /the first/,
  )
})

test('nothing is kept of what has been waited for', async () => {
  const ending = new Abortable()
  const answer = async () => new WeakRef(await ending.before(Promise.resolve({ rows: [] })))
  await collected(await answer())
  ending.end(new Error('over'))
})
