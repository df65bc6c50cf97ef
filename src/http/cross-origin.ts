// The cross-origin rule for requests, and the CORS headers of responses (Fetch standard).

import { AuthError } from '../domain/errors.ts'
import { evaluateOrigin, type OriginRefusal } from '../domain/origin.ts'
import type { HttpRequest } from './message.ts'

/** Refuses a request that changes something or issues a token, unless its origin is allowed. */
export function checkRequestOrigin(request: HttpRequest, allowed: ReadonlySet<string>): AuthError | undefined {
  return originDenied(evaluateOrigin({ secFetchSite: request.header('sec-fetch-site'), origin: request.header('origin') }, allowed))
}

/** Refuses a preflight unless its origin is allowed: its Sec-Fetch-Site says nothing about the request that follows. */
export function checkPreflight(origin: string, allowed: ReadonlySet<string>): AuthError | undefined {
  return originDenied(evaluateOrigin({ secFetchSite: null, origin }, allowed))
}

function originDenied(reason: OriginRefusal | undefined): AuthError | undefined {
  return reason && new AuthError('origin.denied', { reason, setting: 'LATCHKEY_ALLOWED_ORIGINS' })
}

const PREFLIGHT_LIFETIME = 600

/** For public endpoints, which ignore credentials. */
export const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

/** A foreign origin gets no CORS header at all. */
export function corsHeaders(request: HttpRequest, allowed: ReadonlySet<string>): Readonly<Record<string, string>> {
  const origin = request.header('origin')
  if (origin === null || !allowed.has(origin)) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'ETag, Retry-After, X-Request-Id',
  }
}

const ALLOWED_HEADERS = 'Authorization, Content-Type, If-Match, DPoP, X-Latchkey-Passive'

/** @param headers the headers that the request may have; `*` stands for all but `Authorization` */
export function preflightHeaders(methods: readonly string[], headers = ALLOWED_HEADERS): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers,
    'access-control-max-age': String(PREFLIGHT_LIFETIME),
  }
}
