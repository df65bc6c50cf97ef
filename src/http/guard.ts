// Who a request to a route of the host's own is, by its method and its headers alone.

import { deviceOf } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { isSafeMethod } from '../domain/origin.ts'
import { UnprovenDevice } from '../engine/device-proofs.ts'
import type { Parts, Whence } from '../engine/parts.ts'
import type { Principal, Via } from '../engine/principal.ts'
import { type Soon, soon } from './at-once.ts'
import { cookieNames, type RequestCredentials, readCredentials } from './credentials.ts'
import { type GuardOptions, type Rule, readGuardOptions } from './guard-options.ts'
import { ownAddress, readKeyProof } from './key-proof.ts'
import type { Incoming } from './message.ts'
import { judgeProof, judgeRights, type Proven, provePrincipal } from './proof.ts'
import { settle } from './settle-cookies.ts'
import { tellOfCopy } from './unproven.ts'

/** Who a request is, or why nobody can say. */
export type Authentication =
  | { readonly ok: true; readonly principal: Principal; readonly via: Via }
  | { readonly ok: false; readonly error: AuthError }

/**
 * Judges a request. Answers at once where its credential was verified before, which is nearly always; otherwise there is a
 * promise, which rejects with StoreError when the store had to be asked and is down.
 *
 * @throws TypeError for an option that is not understood
 */
export type Guard = (request: Asking, options?: GuardOptions) => Soon<Authentication>

export type Judge = (request: Asking, rule: Rule) => Soon<Authentication>

export interface Asking extends Pick<Incoming, 'method' | 'header' | 'of'> {
  /** The client's address, for the record: asked for where a copy of a sign-in is refused. */
  readonly address?: () => string
  /** The path, with or without a query: what `proof: 'key'` is a proof for. */
  readonly target?: string
}

export function createJudge(parts: Parts): Judge {
  const names = cookieNames(parts.policy.cookies)
  const needsKey = parts.policy.dpop === 'always'

  function judge(method: string, rule: Rule, proven: Proven | AuthError): Authentication {
    if (proven instanceof AuthError) return { ok: false, error: proven }
    const { principal, via } = proven
    const proof = rule.needsHeader || !isSafeMethod(method) ? 'header' : 'any'
    const error = judgeProof(proof, via) ?? judgeRights(rule, principal, parts)
    return error ? { ok: false, error } : { ok: true, principal, via }
  }

  /** Last of all: a proof counts once, and is not to be used up by a request that is refused anyway. */
  function withKey(asking: Asking, credentials: RequestCredentials, found: Authentication): Soon<Authentication> {
    const { method, target } = asking
    if (target === undefined) throw new TypeError('guard: a proof of a key needs the target of the request: its path.')
    const occasion = { method, url: ownAddress(parts, target.split('?', 1)[0] ?? '') }
    return soon(readKeyProof(parts, asking, occasion, credentials.header, { sensitive: true, mints: false }), (key) =>
      key instanceof AuthError ? { ok: false, error: key } : found,
    )
  }

  const decide = (request: Asking, rule: Rule, settled?: RequestCredentials): Soon<Authentication> => {
    const { method, header } = request
    const credentials = settled ?? readCredentials(header, names)
    if (credentials instanceof AuthError) return { ok: false, error: credentials }
    // The answer is the host's: what counts is found out, and the browser keeps what it has.
    if (settled === undefined && credentials.cookies.duplicates !== undefined)
      return settle(parts, credentials, 'header').then((found) => decide(request, rule, found))
    return soon(provePrincipal(parts, credentials, request, header('x-latchkey-passive') === '1'), (proven) => {
      if (proven instanceof UnprovenDevice) {
        return tellOfCopy(parts, proven, whenceOf(request), request).then((error) => ({ ok: false, error }))
      }
      const found = judge(method, rule, proven)
      return (rule.needsKey || needsKey) && found.ok && found.via === 'token' ? withKey(request, credentials, found) : found
    })
  }
  return decide
}

function whenceOf({ address, header }: Asking): Whence {
  return { ip: address?.() ?? '', userAgent: deviceOf(header('user-agent')) }
}

export function createGuard(parts: Parts): Guard {
  const judge = createJudge(parts)
  const usual = readGuardOptions({}, parts.policy.freshAge)
  const read = new WeakMap<GuardOptions, Rule>()
  return (request, options) => {
    if (options === undefined) return judge(request, usual)
    const rule = read.get(options) ?? readGuardOptions(options, parts.policy.freshAge)
    read.set(options, rule)
    return judge(request, rule)
  }
}
