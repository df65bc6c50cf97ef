// Ways out: logout, and ending sessions from the list.

import { AuthError } from '../../domain/errors.ts'
import { type EndedCounts, logout } from '../../engine/logout.ts'
import { endCredential, endOtherCredentials, listCredentials } from '../../engine/sessions.ts'
import { endedAnswer, endOthersQuery, logoutQuery, sessionsAnswer } from '../contract.ts'
import { expireAll } from '../cookies.ts'
import type { Incoming } from '../message.ts'
import { presentCredential } from '../present.ts'
import { type Outcome, type ProvenCall, provenRoute } from '../route.ts'
import { expireStale } from '../stale-cookies.ts'

const logoutRoute = {
  path: '/access/logout/:userId',
  proof: 'header',
  changes: true,
  sensitive: mayReachOthers,
  summary: "Ends this session, its tokens and its remembered login; with `everywhere`, all of the user's.",
  query: logoutQuery,
  answers: { 200: endedAnswer },
  refusals: ['user.mismatch'],
  run: runLogout,
} as const

export const endingRoutes = [
  provenRoute({ ...logoutRoute, method: 'GET' }),
  provenRoute({ ...logoutRoute, method: 'POST' }),
  provenRoute({
    method: 'GET',
    path: '/access/sessions',
    proof: 'any',
    summary: "The user's sessions and remembered logins.",
    answers: { 200: sessionsAnswer },
    async run({ parts, principal }) {
      return { json: (await listCredentials(parts, principal)).map(presentCredential) }
    },
  }),
  provenRoute({
    method: 'DELETE',
    path: '/access/sessions',
    proof: 'header',
    sensitive: true,
    summary: 'Ends all but this session and the remembered login that started it.',
    query: endOthersQuery,
    answers: { 200: endedAnswer },
    async run({ parts, principal, whence }) {
      return ended(await endOtherCredentials(parts, principal, whence))
    },
  }),
  provenRoute({
    method: 'DELETE',
    path: '/access/sessions/:id',
    proof: 'header',
    sensitive: true,
    summary: 'Ends one session, or one remembered login with every session it started.',
    answers: { 200: endedAnswer },
    refusals: ['resource.not_found'],
    async run({ parts, principal, parameter, whence }) {
      return ended(await endCredential(parts, principal, parameter, whence))
    },
  }),
]

/** However often it is said: which of them counts is not decided yet. */
function mayReachOthers({ query }: Incoming): boolean {
  return new URLSearchParams(query).getAll('everywhere').includes('true')
}

async function runLogout(call: ProvenCall<unknown, { everywhere: 'true' | 'false' }>): Promise<Outcome | AuthError> {
  const { parts, principal, parameter, query, whence } = call
  if (parameter !== principal.userId) return new AuthError('user.mismatch')
  const counts = await logout(parts, principal, query.everywhere === 'true', whence)
  return counts instanceof AuthError ? counts : { json: { ended: counts }, ...forgetting(call) }
}

function ended(counts: EndedCounts | AuthError): Outcome | AuthError {
  return counts instanceof AuthError ? counts : { json: { ended: counts } }
}

/** Makes the client forget what has ended. */
export function forgetting({ parts, request }: ProvenCall<unknown, unknown>): Pick<Outcome, 'cookies' | 'headers'> {
  const { cookies, issuer } = parts.policy
  return {
    cookies: [...expireStale(request.header('cookie'), cookies, new URL(issuer).hostname, request.path), ...expireAll(cookies)],
    headers: parts.policy.clearSiteData ? { 'clear-site-data': '"cookies", "storage"' } : {},
  }
}
