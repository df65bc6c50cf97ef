// The adapter for servers on node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AdapterTarget } from '../http/adapter-target.ts'
import { AuthHttpError } from '../http/auth-http-error.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import type { Handle } from '../http/handler.ts'
import { type MaybePromise, mapMaybe } from '../http/maybe-promise.ts'
import { type AuthContextFor, applyGuardResult, parseGuardArguments } from './apply-guard.ts'
import { type MountOptions, matcher, mountPaths } from './mount.ts'
import { fromNode, guardedRequest, pathOf, peerOf } from './node-request.ts'
import { writeErrorResponse, writeResponse } from './node-response.ts'

export interface NodeOptions {
  /** The client's address, for hosts that know it better than the connection does. */
  readonly address?: (request: IncomingMessage) => string
}

/**
 * A request listener for `node:http` and `node:https`. It must receive the body unread. A request with a cached
 * credential is answered before it returns; otherwise it returns a promise.
 */
export function toNodeHandler(
  latchkey: { readonly handle: Handle },
  options: NodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => MaybePromise<void> {
  const address = options.address ?? peerOf
  return (request, response) =>
    mapMaybe(latchkey.handle(fromNode(request, address(request))), (result) => writeResponse(request, response, result))
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

type GuardedListener<Options extends RouteOptions> = (
  request: IncomingMessage & { auth: AuthContextFor<Options> },
  response: ServerResponse,
) => unknown

export interface NodeAdapter {
  /**
   * A listener that answers Latchkey's own paths, and passes all others on.
   *
   * @throws TypeError when Latchkey is already mounted
   */
  readonly handler: (next: Listener) => Listener
  /**
   * A listener that calls `handler` with `request.auth` for authorized requests, and answers the others. An `AuthHttpError`
   * thrown by methods of `auth` is answered too; all other errors are the host's.
   *
   * @throws TypeError for an invalid option
   */
  readonly guard: NodeGuard
}

export interface NodeGuard {
  (handler: GuardedListener<RouteOptions & { optional?: false }>): Listener
  <const Options extends RouteOptions>(options: Options, handler: GuardedListener<Options>): Listener
}

/** Latchkey for a server on `node:http`: its own paths, and a guard for your routes. */
export function createNodeAdapter(latchkey: AdapterTarget, { address = peerOf, ...mount }: NodeOptions & MountOptions = {}): NodeAdapter {
  const handleRequest = toNodeHandler(latchkey, { address })
  return {
    handler(next) {
      const owns = matcher(mountPaths(latchkey, mount))
      return (request, response) => (owns(pathOf(request.url ?? '/')) ? handleRequest(request, response) : next(request, response))
    },

    guard(first: RouteOptions | GuardedListener<RouteOptions>, second?: GuardedListener<RouteOptions>): Listener {
      const [options, handler] = parseGuardArguments(first, second)
      if (typeof handler !== 'function') throw new TypeError('guard needs a handler: guard({ … }, handler).')
      const routeGuard = latchkey.routeGuard(options)
      return (request, response) =>
        mapMaybe(routeGuard(guardedRequest(request, () => address(request))), (result) =>
          applyGuardResult(request, response, result) ? handleErrors(response, () => handler(request as Guarded, response)) : undefined,
        )
    },
  }
}

type Guarded = Parameters<GuardedListener<RouteOptions>>[0]

function handleErrors(response: ServerResponse, handle: () => unknown): unknown {
  const refuse = (error: unknown) => {
    if (!(error instanceof AuthHttpError) || response.headersSent) throw error
    writeErrorResponse(response, error.response)
  }
  try {
    const handled = handle()
    return handled instanceof Promise ? handled.catch(refuse) : handled
  } catch (error) {
    return refuse(error)
  }
}
