import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FatalError, UsageError } from '../../common/errors.ts'
import { command } from '../command.ts'

export const flash = command({
  name: 'flash',
  summary: "brings the counter's firmware to a Photon through the Particle Cloud",
  settings: ['device', 'particleToken', 'particleUrl', 'dryRun'],
  async run(values, { stdout, signal }) {
    const { device, particleToken: token, particleUrl: url, dryRun } = values
    if (token === undefined) {
      throw new UsageError('--particle-token (or PARTICLE_TOKEN) is missing; flash needs it')
    }
    const { openCloud } = await import('../../common/particle-cloud.ts')
    const { flash: flashDevice } = await import('../../hardware/photon/flash.ts')
    const cloud = openCloud({ url, token })
    signal.addEventListener('abort', () => cloud.close(), { once: true })
    await flashDevice({
      cloud,
      device,
      dryRun,
      now: Date.now,
      folders: ['photon/firmware', 'rules'].map((folder) =>
        fileURLToPath(new URL(`../hardware/${folder}`, import.meta.url)),
      ),
      say: (line) => stdout.write(`${line}\n`),
      sleep: (ms) =>
        setTimeout(ms, undefined, { signal }).catch(() => {
          throw new FatalError(`stopped before ${device} was back`)
        }),
    })
  },
})
