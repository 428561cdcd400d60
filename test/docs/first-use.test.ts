import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '../../..')

/** What people looked for and did not find, or found wrong, when they used the documents for the first time. */
const cases: [what: string, paper: string, has: RegExp[], hasNot?: RegExp[]][] = [
  [
    'an availability that holds for a refusal too',
    'docs/home-assistant.md',
    [/availability: "\{\{ value_json\.stale is false \}\}"/],
    [/not value_json\.stale/, /counts is defined/],
  ],
  ['the least version of Home Assistant', 'docs/home-assistant.md', [/Home Assistant 20\d\d\.\d+/]],
  [
    'one line against left-over topics',
    'docs/home-assistant.md',
    [/mosquitto_sub .*--remove-retained --retained-only -W 2/],
  ],
  [
    'the topics of an access list',
    'docs/mqtt.md',
    [/topic readwrite visitor-counter\/#/, /topic \w+ homeassistant\//],
  ],
  [
    'an event stream that outlives a 502',
    'docs/dashboards.md',
    [/EventSource\.CLOSED\) setTimeout\(listen/],
  ],
  [
    'an alarm for a bridge that is gone, and a path behind a proxy',
    'docs/dashboards.md',
    [/or up\{job="wordpress-visitors"\} == 0/, /metrics_path: \/counter\/metrics/],
  ],
  ['hosts that Grafana allows', 'docs/dashboards.md', [/"Allowed hosts"/]],
  ['the order of columns in MagicMirror', 'docs/dashboards.md', [/the number, then its caption/]],
  [
    'what Glance shows of a 503',
    'docs/dashboards.md',
    [/if eq \.Response\.StatusCode 200/, /Glance shows 0 where the bridge has no number yet/],
  ],
  ['a token that stays out of the error log', 'deploy/proxy/nginx.conf', [/error_log \/dev\/null/]],
  ['where the settings file lies', 'docs/settings.md', [/~\/\.config\/visitor-counter\//]],
  [
    'that a changed wp-config.php is seen, and a copy is not',
    'docs/running.md',
    [/read again when it changes/, /sudo systemctl restart visitor-counter-serve/],
  ],
  [
    'a backup of the state',
    'docs/running.md',
    [/## Backup/, /\/var\/lib\/private\/visitor-counter/],
  ],
  [
    'what four digits do to a large number',
    'docs/desk.md',
    [/shortens a blog that has passed 9,999 to\s+`12E3`/],
  ],
  [
    'a TM1637 at a Pi, which needs root',
    'docs/desk.md',
    [/io:raspi-io`, a package that\s+must run as root/],
  ],
  [
    'a desk guide that begins with setup',
    'docs/desk.md',
    [/## The short way\s+visitor-counter setup/],
  ],
  ['what was tried on macOS and Windows', 'docs/install.md', [/\| macOS \|/, /\| Windows \|/]],
]

describe('the documents have', () => {
  for (const [what, paper, has, hasNot = []] of cases) {
    it(`${what} (${paper})`, async () => {
      const text = await readFile(join(root, paper), 'utf8')
      for (const pattern of has) assert.match(text, pattern)
      for (const pattern of hasNot) assert.doesNotMatch(text, pattern)
    })
  }
})
