// Shared by the guards of the node:http adapters: parses their arguments, and applies a guard result to the request and response.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthContext } from '../http/auth-context.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import type { GuardResult } from '../http/route-guard.ts'
import { writeErrorResponse } from './node-response.ts'

/** The type of `request.auth` behind a guard with these options: possibly undefined on an optional one. */
export type AuthContextFor<Options extends RouteOptions> = Options extends { readonly optional: true }
  ? AuthContext | undefined
  : AuthContext

/** The two ways to call a guard: with options before the handler, or without. */
export function parseGuardArguments<Handler extends (...inputs: never[]) => unknown>(
  first: RouteOptions | Handler | undefined,
  second: Handler | undefined,
): readonly [options: RouteOptions, handler: Handler | undefined] {
  return typeof first === 'function' ? [{}, first] : [first ?? {}, second]
}

/** Sets `request.auth`, or responds with the refusal. True when the request may continue. @throws Error when a response was already sent */
export function applyGuardResult(
  request: IncomingMessage & { auth?: AuthContext | undefined },
  response: ServerResponse,
  result: GuardResult,
): boolean {
  request.auth = undefined
  if (response.headersSent) throw new Error(GUARD_AFTER_RESPONSE)
  if (!result.ok) {
    writeErrorResponse(response, result.response)
    return false
  }
  request.auth = result.auth
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', NO_STORE)
  return true
}

/** A response to a signed-in user must not be stored; a handler may override it. */
export const NO_STORE = 'no-store'

export const GUARD_AFTER_RESPONSE = 'The guard ran after the response was sent: place it before every handler that responds.'
