import * as v from 'valibot'
import type { Settings } from './setting.ts'
import { choice, Duration, HttpUrl } from './types.ts'

/** Where numbers come from, and how often. */
export const feedSettings = {
  countUrl: {
    flag: '--count-url <url>',
    env: 'COUNT_URL',
    help: 'the bridge (behind a path: with / at the end), or any address that answers a number as text or JSON',
    schema: HttpUrl,
    default: 'http://127.0.0.1:8787',
    secret: true,
  },
  site: {
    flag: '--site <site>',
    env: 'COUNT_SITE',
    help: 'which of several sites of the bridge',
  },
  feed: {
    flag: '--feed <how>',
    env: 'FEED',
    help: 'how numbers come: events (at once; where a bridge has none they are asked for), poll, or mqtt with --mqtt',
    schema: choice(['poll', 'events', 'mqtt']),
    default: 'events',
  },
  poll: {
    flag: '--poll <duration>',
    env: 'POLL_INTERVAL',
    help: 'how often to ask: serve the database (auto: each 200ms while somebody watches, as far as 1 % of its time allows, each 5s while nobody does), device the bridge (auto: 5s)',
    schema: v.lazy((text) => (text === 'auto' ? v.literal('auto') : Duration)),
    default: '5s',
    defaultOf: { serve: 'auto' },
  },
} satisfies Settings
