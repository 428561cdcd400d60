import { DatabaseError, type DatabaseErrorKind, FatalError } from '../../common/errors.ts'

/** Why a site cannot be read: as the database says, or `wordpress` where there is no plugin to read in it. */
export type FailureKind = DatabaseErrorKind | 'wordpress'

/** The class of a failure, which may be told to everybody: its message can have names and addresses. */
export function failureKind(reason: unknown): FailureKind {
  if (reason instanceof DatabaseError) return reason.kind
  return reason instanceof FatalError ? 'wordpress' : 'away'
}
