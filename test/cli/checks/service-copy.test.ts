import assert from 'node:assert/strict'
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { serviceCopy } from '../../../cli/checks/service-copy.ts'
import { dropIn } from '../../../cli/service/plan.ts'
import { temporaryFolder } from '../../support/folder.ts'

test('a service that has a copy of the wp-config.php has to be restarted after a change', async (t) => {
  const root = await temporaryFolder(t)
  const file = join(root, 'wp-config.php')
  await writeFile(file, '')
  await symlink(file, join(root, 'link.php'))
  await utimes(file, 1000, 1000)
  const folder = join(root, 'systemd')
  const look = (path: string, sinceSeconds?: number, credentials?: string) =>
    serviceCopy(path, credentials, {
      folder,
      activeSinceMs: async () => (sinceSeconds === undefined ? undefined : sinceSeconds * 1000),
    })
  assert.equal(await look(file, 900), undefined, 'no service is installed')

  await mkdir(join(folder, 'visitor-counter-serve.service.d'), { recursive: true })
  const install = (access: 'all' | 'owner') =>
    writeFile(
      join(folder, 'visitor-counter-serve.service.d/settings.conf'),
      dropIn('serve', {
        roles: ['serve'],
        node: '/usr/bin/node',
        program: '/usr/lib/x/dist/visitor-counter.js',
        settingsFile: '/x.yaml',
        wpConfigs: [{ path: file, access }],
        secrets: [],
        serialPort: undefined,
        packagesIn: undefined,
      }),
    )
  await install('all')
  assert.equal(await look(file, 900), undefined, 'it reads the file itself')
  await install('owner')
  const changed = await look(join(root, 'link.php'), 900)
  assert.equal(changed?.status, 'warning')
  assert.match(changed.text, /has a copy of .*link\.php, made when it started; .* changed since/)
  assert.equal(changed.advice, 'sudo systemctl restart visitor-counter-serve.service')
  for (const since of [1100, undefined]) {
    const same = await look(file, since)
    assert.equal(same?.status, 'ok')
    assert.match(same.advice ?? '', /^after a change there: sudo systemctl restart/)
  }
  assert.equal(await look(join(root, 'other.php'), 900), undefined)

  // As the service itself sees it.
  const inside = await look(join(root, 'wp-config.php'), undefined, root)
  assert.match(inside?.text ?? '', /is the copy that systemd made/)
})
