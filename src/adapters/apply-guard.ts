// What the guards of all adapters on node:http share: how they are called, and how a request goes on or does not.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthContext } from '../http/auth-context.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import type { GuardResult } from '../http/route-guard.ts'
import { writeErrorResponse } from './node-response.ts'

/** Who is signed in behind a guard with these options: on an optional one, perhaps nobody. */
export type AuthContextFor<Options extends RouteOptions> = Options extends { readonly optional: true }
  ? AuthContext | undefined
  : AuthContext

/** The two ways to call a guard with a handler: with options before it, or without. */
export function parseGuardArguments<Handler extends (...inputs: never[]) => unknown>(
  first: RouteOptions | Handler | undefined,
  second: Handler | undefined,
): readonly [options: RouteOptions, handler: Handler | undefined] {
  return typeof first === 'function' ? [{}, first] : [first ?? {}, second]
}

/** Tells the request who it is, or answers it. True when it may go on. @throws Error when an answer is under way already */
export function applyGuardResult(
  request: IncomingMessage & { auth?: AuthContext | undefined },
  response: ServerResponse,
  passage: GuardResult,
): boolean {
  request.auth = undefined
  if (response.headersSent) throw new Error(GUARD_AFTER_RESPONSE)
  if (!passage.ok) {
    writeErrorResponse(response, passage.response)
    return false
  }
  request.auth = passage.auth
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', NO_STORE)
  return true
}

/** What is shown to somebody is for nobody else; a handler may say otherwise. */
export const NO_STORE = 'no-store'

export const GUARD_AFTER_RESPONSE = 'The guard was asked after the answer had been sent: put it before everything that answers.'
