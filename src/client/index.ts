// latchkey/client.

export {
  type Client,
  type ClientEvents,
  type Credentials,
  createClient,
  type EndedCounts,
  type NewUser,
  type AuditEventsPage,
  type Session,
  type SignedIn,
  type User,
  type VersionedData,
} from './client.ts'
export type { SignedOutReason } from './holder.ts'
export type { ClientOptions } from './options.ts'
export { LatchkeyError, type NetworkCode, type ProblemDetail } from './problem.ts'
