/** What the user gave us is wrong: one clear line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Something outside refuses in a way that no retry mends: one clear line, exit code 1. */
export class FatalError extends Error {
  override name = 'FatalError'
}
