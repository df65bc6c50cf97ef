// The attacker's program: sends real requests with a copied credential, from another address.

import { SENDER_HEADER } from './lab-server.ts'
import type { Attempt, StolenCredential } from './types.ts'

/** Tries everything that the credential could be used for, one request after the other. */
export async function replayStolenCredential(url: string, stolen: StolenCredential): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  const attempt = async (tried: Attempt['tried'], method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const body = method === 'PATCH' ? { body: '{"attacker":"was here"}' } : {}
    const type = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}
    const response = await fetch(url + path, {
      method,
      ...body,
      headers: { ...headers, ...type, [SENDER_HEADER]: 'attacker', 'user-agent': 'curl/8.14 (attacker)' },
    })
    const result = (await response.json()) as { readonly code?: string; readonly reason?: string; readonly token?: string }
    attempts.push({ tried, status: response.status, code: result.code ?? null, reason: result.reason ?? null })
    return result.token
  }

  if (stolen.kind === 'token') {
    await attempt('read', 'GET', '/access/session', { authorization: stolen.value })
    await attempt('change', 'PATCH', '/access/session/data', { authorization: stolen.value })
    return attempts
  }
  const cookie = { cookie: `latchkey_${stolen.kind}=${stolen.value}` }
  if (stolen.kind === 'remember') {
    const token = await attempt('resume', 'POST', '/access/token', cookie)
    if (token !== undefined) await attempt('readResumed', 'GET', '/access/session', { authorization: token })
    return attempts
  }
  await attempt('read', 'GET', '/access/session', cookie)
  await attempt('changeByCookie', 'PATCH', '/access/session/data', cookie)
  await attempt('mint', 'POST', '/access/token', cookie)
  return attempts
}
