import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { parse } from 'yaml'
import { settings } from '../../cli/settings/settings.ts'

// This file runs from build/test/deploy/.
const root = join(import.meta.dirname, '..', '..', '..')
const deploy = join(root, 'deploy')
const read = (name: string) => readFileSync(join(deploy, name), 'utf8')
const variables = new Set<string>(Object.values(settings).map(({ env }) => env))

const Text = v.pipe(v.string(), v.minLength(1))
const Words = v.array(Text)
/** host[:container] with an address in front, or with a variable there. */
const PortMapping = v.pipe(v.string(), v.regex(/^([\d.]+|\$\{\w+:-[\d.]+\}):\d+:\d+$/))
const Environment = v.record(v.pipe(v.string(), v.regex(/^[A-Z_]+$/)), v.string())

/** What the Compose Specification says of the keys that are used here: each other key is a slip. */
const Service = v.strictObject({
  image: v.optional(v.pipe(v.string(), v.regex(/^[a-z/]+:[\w.-]+$/))),
  build: v.optional(v.strictObject({ context: Text, dockerfile: Text })),
  restart: v.picklist(['unless-stopped']),
  depends_on: v.optional(
    v.record(v.string(), v.strictObject({ condition: v.picklist(['service_healthy']) })),
  ),
  environment: Environment,
  volumes: Words,
  ports: v.optional(v.array(PortMapping)),
  healthcheck: v.optional(
    v.strictObject({
      test: v.pipe(Words, v.includes('CMD')),
      interval: Text,
      timeout: Text,
      retries: v.pipe(v.number(), v.integer()),
      start_period: Text,
    }),
  ),
  networks: Words,
  read_only: v.optional(v.boolean()),
  cap_drop: v.optional(Words),
  security_opt: v.optional(Words),
  mem_limit: v.optional(Text),
  logging: v.optional(
    v.strictObject({ driver: v.literal('json-file'), options: v.record(Text, v.string()) }),
  ),
})
const Compose = v.strictObject({
  name: Text,
  services: v.record(v.string(), Service),
  networks: v.record(v.string(), v.nullable(v.strictObject({ internal: v.boolean() }))),
  volumes: v.record(v.string(), v.null()),
})

describe('compose.yaml', () => {
  const { services, networks, volumes } = v.parse(Compose, parse(read('compose.yaml')))

  it('refers to services, networks, volumes and files that are there', () => {
    for (const [name, service] of Object.entries(services)) {
      assert.ok((service.image === undefined) !== (service.build === undefined), name)
      for (const network of service.networks) assert.ok(network in networks, network)
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        assert.equal(condition === 'service_healthy', services[other]?.healthcheck !== undefined)
      }
      for (const mount of service.volumes) {
        const [source = '', target] = mount.split(':')
        assert.ok(target?.startsWith('/'), mount)
        if (source.startsWith('.')) assert.ok(existsSync(join(deploy, source)), source)
        else assert.ok(source in volumes, source)
      }
    }
    const { context = '', dockerfile = '' } = services['bridge']?.build ?? {}
    assert.ok(existsSync(join(deploy, context, dockerfile)))
  })

  it('uses each network and each volume that it defines', () => {
    const used = Object.values(services).flatMap((service) => [
      ...service.networks,
      ...service.volumes.map((mount) => mount.split(':')[0]),
    ])
    for (const name of [...Object.keys(networks), ...Object.keys(volumes)]) {
      assert.ok(used.includes(name), name)
    }
  })

  it('takes its passwords from a file whose example names them all, and holds none', () => {
    const asked = [...read('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
    const given = [...read('compose.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(
      ([, name = '']) => name,
    )
    assert.deepEqual([...new Set(asked)].sort(), given.sort())
    for (const { environment } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (name.endsWith('PASSWORD')) assert.match(value, /^('1'|\$\{\w+:\?.+\}|1)$/)
      }
    }
  })

  it('sets settings of the bridge that there are, and no port but its own on every address', () => {
    for (const name of Object.keys(services['bridge']?.environment ?? {})) {
      assert.ok(variables.has(name), name)
    }
    for (const { ports = [] } of Object.values(services)) {
      for (const port of ports) assert.match(port, /^(127\.0\.0\.1|\$\{\w+:-127\.0\.0\.1\}):/)
    }
  })
})

describe('the Dockerfile', () => {
  const lines = read('Dockerfile')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))
  const of = (instruction: string) =>
    lines.flatMap((line) =>
      line.startsWith(`${instruction} `) ? line.slice(instruction.length + 1) : [],
    )

  it('copies what is there, and what the .dockerignore lets in', () => {
    const allowed = read('Dockerfile.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? line.slice(1) : []))
    const [fromHere = []] = of('COPY').map((line) => line.split(' ').slice(0, -1))
    for (const file of fromHere) {
      assert.ok(existsSync(join(root, file)), file)
      assert.ok(allowed.includes(file), file)
    }
    for (const pattern of allowed) {
      if (!pattern.includes('*')) assert.ok(existsSync(join(root, pattern)), pattern)
    }
  })

  it('runs scripts that the package has, ends as another user than root, and starts serve', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    for (const [, script = ''] of of('RUN')
      .join('\n')
      .matchAll(/npm run (\S+)/g)) {
      assert.ok(script in scripts, script)
    }
    assert.deepEqual(of('USER'), ['node'])
    assert.deepEqual(of('ENTRYPOINT'), ['["node", "/app/dist/visitor-counter.js"]'])
    assert.deepEqual(of('CMD'), ['["serve"]'])
    const stateful = of('ENV')
      .join(' ')
      .matchAll(/(\w+)=/g)
    for (const [, name = ''] of stateful)
      assert.ok(name === 'NODE_ENV' || variables.has(name), name)
  })
})

describe('the account of the bridge in the container of MariaDB', () => {
  it('is made by a script that is sourced, with the password of the environment', async () => {
    const script = join(deploy, 'read-only-account.sh')
    assert.equal(statSync(script).mode & 0o111, 0, 'an executable one would not be sourced')
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-eu', '-c', 'docker_process_sql() { cat; }; . "$0"', script],
      { env: { PATH: process.env['PATH'], COUNTER_PASSWORD: 'abc123' } },
    )
    assert.equal(
      stdout,
      "CREATE USER 'counter'@'%' IDENTIFIED BY 'abc123';\nGRANT SELECT ON `wordpress`.* TO 'counter'@'%';\n",
    )
  })
})
