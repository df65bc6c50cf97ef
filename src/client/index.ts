// latchkey/client: the public exports.

export {
  type AuditEventsPage,
  type Client,
  type ClientEvents,
  type Credentials,
  createClient,
  type NewUser,
  type RevokedCounts,
  type Session,
  type SignedIn,
  type User,
  type VersionedData,
} from './client.ts'
export type { ClientOptions } from './options.ts'
export { LatchkeyError, type NetworkCode, type ProblemDetail } from './problem.ts'
export type { SignedOutReason } from './token-manager.ts'
