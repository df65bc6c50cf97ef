// Parses the events of the revocation feed. An invalid event ends the stream: skipping it could miss a revocation.

import { VerifierFault } from './fault.ts'
import type { ServerSentEvent } from './server-sent-events.ts'

/** Times and durations in milliseconds. */
export type StreamEvent =
  | { readonly name: 'revoked'; readonly sid: string }
  | { readonly name: 'changed'; readonly sid: string; readonly at: number; readonly roles: readonly string[] }
  | { readonly name: 'reset'; readonly before: number }
  | { readonly name: 'policy'; readonly at: number; readonly tokenLifetime: number }
  | { readonly name: 'keys' }
  | { readonly name: 'heartbeat'; readonly at: number }

const MAX_SID = 256
/** Sent as a header when the stream is resumed: no line break, only characters that a header may have. */
const POSITION = /^[\x21-\x7e]{0,64}$/

/** Undefined for an unknown event, which a newer Latchkey may send. @throws VerifierFault `stream.invalid` */
export function parseStreamEvent({ name, data, lastEventId }: ServerSentEvent): StreamEvent | undefined {
  const members = membersOf(data)
  if (!POSITION.test(lastEventId)) throw invalid('an invalid position')
  switch (name) {
    case 'revoked':
      return { name, sid: sidOf(members) }
    case 'changed':
      return { name, sid: sidOf(members), at: timeOf(members, 'at'), roles: rolesOf(members) }
    case 'reset':
      return { name, before: timeOf(members, 'before') }
    case 'policy':
      return { name, at: timeOf(members, 'at'), tokenLifetime: lifetimeOf(members) }
    case 'keys':
      return { name }
    case 'heartbeat':
      return { name, at: timeOf(members, 'at') }
    default:
      return undefined
  }
}

type Members = Readonly<Record<string, unknown>>

function membersOf(data: string): Members {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    throw invalid('data that is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('data that is not a JSON object')
  return value as Members
}

function sidOf({ sid }: Members): string {
  if (typeof sid === 'string' && sid !== '' && sid.length <= MAX_SID) return sid
  throw invalid('no session id')
}

function timeOf(members: Members, name: 'at' | 'before'): number {
  const time = members[name]
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (Number.isFinite(milliseconds)) return milliseconds
  throw invalid(`no time \`${name}\``)
}

function rolesOf({ roles }: Members): readonly string[] {
  if (Array.isArray(roles) && roles.every((role) => typeof role === 'string')) return roles
  throw invalid('no list of roles')
}

function lifetimeOf({ tokenLifetime: seconds }: Members): number {
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0) return seconds * 1000
  throw invalid('no token lifetime')
}

function invalid(problem: string): VerifierFault {
  return new VerifierFault('stream.invalid', `The revocation feed has an invalid event: ${problem}`)
}
