import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from './until.ts'

/** Resolves when V8 has let go of what a reference is to. */
export async function collected(reference: WeakRef<object>): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await until('it to be let go of', () => {
    collect()
    return reference.deref() === undefined
  })
}
