/** Kept from before a test puts a clock of its own in place. */
const { setTimeout } = globalThis

/**
 * Resolves when something has become true, asking again and again: it waits for the event and not for
 * a time.
 *
 * @throws Error when it has not in time
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
