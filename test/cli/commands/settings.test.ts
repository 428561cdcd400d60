import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from '../../support/command.ts'
import { temporaryFolder } from '../../support/folder.ts'

const secret = 'hunter2secret'

test('tells the settings of a command, and where each came from, without a secret', async (t) => {
  const cwd = await temporaryFolder(t)
  const yaml = `poll: 7s\ntoken: ${secret}\nsites:\n  shop:\n    database: sqlite:${secret}\n`
  await writeFile(join(cwd, 'visitor-counter.yaml'), yaml)
  const env = { HOST: '0.0.0.0', PORT: '', BASE_PAHT: 'x', BASE_PATHS: 'x' }
  const { code, stdout, stderr } = await run(t, ['settings', 'serve'], { cwd, env })
  assert.equal(code, 0)
  assert.match(stdout, /^settings file: visitor-counter\.yaml$/m)
  assert.match(stdout, /^poll +7s +"poll" in visitor-counter\.yaml, line 1$/m)
  assert.match(stdout, /^token +… +"token" in visitor-counter\.yaml, line 2$/m)
  assert.match(stdout, /^host +0\.0\.0\.0 +environment variable HOST$/m)
  assert.match(stdout, /^port +8787 +default$/m)
  assert.match(stdout, /^sql +not set$/m)
  assert.match(stdout, /^log-level +info +default$/m)
  assert.match(stdout, /^sites: shop: database +… +"sites: shop: database" in .*, line 5$/m)
  assert.match(stdout, /^sites: shop: source +auto +default$/m)
  assert.match(stdout, /^warning: .* BASE_PATHS is none of ours; did you mean BASE_PATH\?$/m)
  assert.doesNotMatch(stdout, /^board /m)
  assert.ok(!`${stdout}${stderr}`.includes(secret))
})

test('tells all settings, as JSON, where no command is named', async (t) => {
  const env = { COUNT_URL: `http://u:${secret}@h` }
  const { code, stdout } = await run(t, ['settings', '--json'], { env })
  assert.equal(code, 0)
  const rows = stdout.split('\n').map((line) => JSON.parse(line) as { setting: string })
  const row = (name: string) => rows.find(({ setting }) => setting === name)
  const origin = 'environment variable COUNT_URL'
  assert.deepEqual(row('count-url'), { setting: 'count-url', value: '…', origin })
  assert.deepEqual(row('device'), { setting: 'device', origin: 'not set' })
})

test('looks at the root where the user has no home', async (t) => {
  const { stdout } = await run(t, ['settings', 'demo'], { env: { HOME: '' } })
  assert.match(stdout, /none; looked for .*, \/\.config\/visitor-counter\/visitor-counter\.yaml, /)
})

test('refuses a command that there is not', async (t) => {
  const { code, stderr } = await run(t, ['settings', 'serv'])
  assert.equal(code, 2)
  assert.match(stderr, /there is no command "serv"; did you mean serve\?$/)
})

test('looks in the folder of the user, and not at all where --config names a file', async (t) => {
  const HOME = await temporaryFolder(t)
  await mkdir(join(HOME, '.config', 'visitor-counter'), { recursive: true })
  const file = join(HOME, '.config', 'visitor-counter', 'visitor-counter.yaml')
  await writeFile(file, 'poll: 7s\n')
  const other = join(HOME, 'other.yaml')
  await writeFile(other, 'host: 0.0.0.0\n')
  const options = { cwd: HOME, env: { HOME } }
  assert.match((await run(t, ['settings'], options)).stdout, /^poll +7s /m)
  const { stdout } = await run(t, ['settings', '--config', other], options)
  assert.match(stdout, /^poll +5s +default$/m)
  assert.match(stdout, /^host +0\.0\.0\.0 /m)
  await writeFile(join(HOME, 'visitor-counter.yaml'), '')
  assert.match((await run(t, ['settings'], options)).stdout, /^poll +5s +default$/m)
})
