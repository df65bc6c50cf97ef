// Somebody elsewhere with a copy: a program of their own at an address of their own, sending real requests.

import { SENDER_HEADER } from './lab-server.ts'
import type { Attempt, StolenCredential } from './types.ts'

/** Everything that such a copy could be good for, one after the other. */
export async function replayStolenCredential(url: string, stolen: StolenCredential): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  const attempt = async (tried: Attempt['tried'], method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const body = method === 'PATCH' ? { body: '{"thief":"was here"}' } : {}
    const type = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}
    const response = await fetch(url + path, {
      method,
      ...body,
      headers: { ...headers, ...type, [SENDER_HEADER]: 'thief', 'user-agent': 'curl/8.14 (somebody else)' },
    })
    const answer = (await response.json()) as { readonly code?: string; readonly reason?: string; readonly token?: string }
    attempts.push({ tried, status: response.status, code: answer.code ?? null, reason: answer.reason ?? null })
    return answer.token
  }

  if (stolen.kind === 'token') {
    await attempt('read', 'GET', '/access/session', { authorization: stolen.value })
    await attempt('change', 'PATCH', '/access/session/data', { authorization: stolen.value })
    return attempts
  }
  const cookie = { cookie: `latchkey_${stolen.kind}=${stolen.value}` }
  if (stolen.kind === 'remember') {
    const token = await attempt('restore', 'POST', '/access/token', cookie)
    if (token !== undefined) await attempt('readRestored', 'GET', '/access/session', { authorization: token })
    return attempts
  }
  await attempt('read', 'GET', '/access/session', cookie)
  await attempt('changeByCookie', 'PATCH', '/access/session/data', cookie)
  await attempt('mint', 'POST', '/access/token', cookie)
  return attempts
}
