import type * as v from 'valibot'

/**
 * One setting: a flag, an environment variable and a YAML key (the flag's name without dashes). The
 * schema takes the text and says in its message what is allowed.
 */
export interface Setting<Schema extends v.GenericSchema<string | undefined, unknown>> {
  readonly flag: string
  /** What stands for the value in the help, as `<url>`. */
  readonly value: string
  readonly env: string
  readonly help: string
  readonly schema: Schema
  /** Not to be repeated in an error or a log. */
  readonly secret?: boolean
}

/** Keeps the type of its schema. */
export function setting<Schema extends v.GenericSchema<string | undefined, unknown>>(
  definition: Setting<Schema>,
): Setting<Schema> {
  return definition
}
