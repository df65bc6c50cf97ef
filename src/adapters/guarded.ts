// What the guards of all adapters on node:http share: how they are called, and how a request goes on or does not.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Auth } from '../http/auth.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import type { Passage } from '../http/protect.ts'
import { writeRefusal } from './node-answer.ts'

/** Who is signed in behind a guard with these options: on an optional one, perhaps nobody. */
export type AuthOf<Options extends RouteOptions> = Options extends { readonly optional: true } ? Auth | undefined : Auth

/** The two ways to call a guard with a handler: with options before it, or without. */
export function readGuardCall<Handler extends (...inputs: never[]) => unknown>(
  first: RouteOptions | Handler | undefined,
  second: Handler | undefined,
): readonly [options: RouteOptions, handler: Handler | undefined] {
  return typeof first === 'function' ? [{}, first] : [first ?? {}, second]
}

/** Tells the request who it is, or answers it. True when it may go on. @throws Error when an answer is under way already */
export function letIn(request: IncomingMessage & { auth?: Auth | undefined }, response: ServerResponse, passage: Passage): boolean {
  request.auth = undefined
  if (response.headersSent) throw new Error(TOO_LATE)
  if (!passage.ok) {
    writeRefusal(response, passage.answer)
    return false
  }
  request.auth = passage.auth
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', UNCACHED)
  return true
}

/** What is shown to somebody is for nobody else; a handler may say otherwise. */
export const UNCACHED = 'no-store'

export const TOO_LATE = 'The guard was asked after the answer had been sent: put it before everything that answers.'
