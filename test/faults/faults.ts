import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endProgram } from '../support/program.ts'
import { linkFaults } from './proxy.ts'
import type { LinkName, Rig } from './rig.ts'

/** Something that goes wrong; what it resolves with mends it. */
export interface Fault {
  readonly name: string
  begin(rig: Rig): Promise<() => Promise<unknown>>
}

/** All faults of what a rig is made of. */
export const faultsOf = ({ linkNames, processNames }: Rig): readonly Fault[] => [
  // Each link in turn: what breaks again before it has held for 5 s is tried again later and later.
  ...linkFaults.flatMap((fault) =>
    linkNames.map(
      (link): Fault => ({
        name: `the link ${link.startsWith('replica') ? 'of' : 'to'} the ${link}: ${fault}`,
        async begin(rig) {
          rig.link(link).set(fault)
          return async () => rig.link(link).set(undefined)
        },
      }),
    ),
  ),
  ...processNames.map(
    (name): Fault => ({
      name: `${name}: killed`,
      async begin(rig) {
        await endProgram(rig.process(name), 'SIGKILL')
        return () => rig.start(name)
      },
    }),
  ),
  ...processNames.map(
    (name): Fault => ({
      name: `${name}: stopped for a while, as by a suspend`,
      async begin(rig) {
        const child = rig.process(name)
        child.kill('SIGSTOP')
        return async () => child.kill('SIGCONT')
      },
    }),
  ),
  {
    name: 'the database: killed and started again',
    async begin({ mariadb }) {
      await mariadb.kill()
      return () => mariadb.restart()
    },
  },
  {
    name: 'the broker: killed and started again',
    async begin({ mosquitto }) {
      await mosquitto.kill()
      return () => mosquitto.start()
    },
  },
  {
    name: 'the database: only to be read',
    async begin({ mariadb }) {
      await mariadb.execute('SET GLOBAL read_only = 1')
      return () => mariadb.execute('SET GLOBAL read_only = 0')
    },
  },
  {
    name: 'the database: out of connections',
    async begin(rig) {
      const { mariadb } = rig
      await mariadb.execute('SET GLOBAL max_connections = 10')
      const crowd: (() => Promise<void>)[] = []
      for (let guest = 0; guest < 9; guest += 1) {
        crowd.push(await mariadb.hold('SELECT 1', 'faults').catch(() => async () => undefined))
      }
      // Those that are connected have to come again.
      blink(rig, databaseLinks(rig))
      return async () => {
        for (const leave of crowd) await leave()
        await mariadb.execute('SET GLOBAL max_connections = 151')
      }
    },
  },
  {
    name: 'the database: the account locked out for a while',
    async begin(rig) {
      const { mariadb } = rig
      await mariadb.execute("ALTER USER counter@'%', counter@localhost ACCOUNT LOCK")
      blink(rig, databaseLinks(rig))
      return () => mariadb.execute("ALTER USER counter@'%', counter@localhost ACCOUNT UNLOCK")
    },
  },
  {
    name: 'the state directories: nothing can be written',
    async begin(rig) {
      const folders = remembering(rig).map((name) => join(rig.folder, name))
      for (const folder of folders) {
        await rename(folder, `${folder}.away`)
        await writeFile(folder, '')
      }
      return async () => {
        for (const folder of folders) {
          await rm(folder)
          await rename(`${folder}.away`, folder)
        }
      }
    },
  },
  {
    name: 'the names: nobody resolves them',
    async begin(rig) {
      await rig.world({ dns: false })
      blink(rig, rig.linkNames)
      return () => rig.world({ dns: true })
    },
  },
  ...[
    ['a second ahead', 1000],
    ['an hour back', -3_600_000],
    ['a day ahead', 86_400_000],
    ['to 1970', -Date.parse('2020-01-01T00:00:00Z')],
  ].map(
    ([name, clockOffsetMs]): Fault => ({
      name: `the clock: set ${name}`,
      async begin(rig) {
        await rig.world({ clockOffsetMs: Number(clockOffsetMs) })
        return () => rig.world({ clockOffsetMs: 0 })
      },
    }),
  ),
]

const databaseLinks = ({ linkNames }: Rig) =>
  linkNames.filter((link) => link.startsWith('database'))

/** Those that keep something in files. */
const remembering = ({ processNames }: Rig) =>
  processNames.filter((name) => /^(serve|device)/.test(name))

/** Whoever is connected by these links has to come again. */
function blink(rig: Rig, links: readonly LinkName[]): void {
  for (const link of links) {
    rig.link(link).set('cut')
    rig.link(link).set(undefined)
  }
}

/** Half a file, as a power cut leaves it where the file system is to blame. */
export async function damageStates(rig: Rig): Promise<void> {
  const { folder } = rig
  for (const name of remembering(rig)) {
    await mkdir(join(folder, name), { recursive: true })
    for (const file of await readdir(join(folder, name))) {
      if (!file.endsWith('.json')) continue
      const text = await readFile(join(folder, name, file), 'utf8')
      await writeFile(join(folder, name, file), text.slice(0, text.length / 2))
    }
  }
}
