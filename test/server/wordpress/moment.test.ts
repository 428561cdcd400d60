import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addDays,
  momentAt,
  siteTimezone,
  wallTimeBefore,
} from '../../../server/wordpress/moment.ts'

const zones: [timezoneString: string, gmtOffset: string, timezone: string][] = [
  ['America/Chicago', '0', 'America/Chicago'],
  ['America/Chicago', '5.5', 'America/Chicago'],
  ['', '0', 'UTC'],
  ['', '5.5', '+05:30'],
  ['', '5.75', '+05:45'],
  ['', '-3.5', '-03:30'],
  ['', '14', '+14:00'],
  ['', '-12', '-12:00'],
  ['', '', 'UTC'],
  ['Mars/Olympus', '2', '+02:00'],
]

for (const [timezoneString, gmtOffset, timezone] of zones) {
  test(`timezone_string "${timezoneString}" with gmt_offset "${gmtOffset}" is ${timezone}`, () => {
    assert.equal(siteTimezone(timezoneString, gmtOffset), timezone)
  })
}

const moments: [instant: string, timezone: string, wallTime: string][] = [
  ['2026-10-15T11:30:00Z', 'Pacific/Kiritimati', '2026-10-16 01:30:00'],
  ['2026-10-15T10:30:00Z', 'Pacific/Pago_Pago', '2026-10-14 23:30:00'],
  ['2026-10-14T21:40:00Z', '+05:30', '2026-10-15 03:10:00'],
  ['2026-10-14T18:14:59Z', 'Asia/Kathmandu', '2026-10-14 23:59:59'],
  ['2026-10-14T18:15:00Z', 'Asia/Kathmandu', '2026-10-15 00:00:00'],
  ['2026-10-14T18:14:59.500Z', 'Asia/Kathmandu', '2026-10-14 23:59:59'],
  ['2026-10-14T18:15:00.999Z', 'Asia/Kathmandu', '2026-10-15 00:00:00'],
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 02:30:00'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30:00'],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29 03:00:00'],
]

for (const [instant, timezone, wallTime] of moments) {
  test(`${instant} is ${wallTime} in ${timezone}`, () => {
    const moment = momentAt(Date.parse(instant), timezone)
    assert.equal(moment.wallTime, wallTime)
    assert.equal(moment.today, wallTime.slice(0, 10))
    assert.equal(moment.wallEpoch, Date.parse(`${wallTime.replace(' ', 'T')}Z`) / 1000)
  })
}

test('days are counted by the calendar, also across a leap day and a year', () => {
  assert.equal(addDays('2028-03-01', -1), '2028-02-29')
  assert.equal(addDays('2026-01-01', -1), '2025-12-31')
  assert.equal(addDays('2026-12-31', 1), '2027-01-01')
})

test('five minutes before is by the clock, across a change of it', () => {
  const moment = momentAt(Date.parse('2026-03-29T01:02:00Z'), 'Europe/Berlin')
  assert.equal(wallTimeBefore(moment, 300), '2026-03-29 01:57:00')
})
