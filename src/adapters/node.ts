// Latchkey in a server on node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Soon, soon } from '../http/at-once.ts'
import type { Embedded } from '../http/embedded.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import type { Handle } from '../http/handler.ts'
import { Refused } from '../http/refused.ts'
import { type AuthOf, letIn, readGuardCall } from './guarded.ts'
import { type MountOptions, matcher, mountPaths } from './mount.ts'
import { writeAnswer, writeRefusal } from './node-answer.ts'
import { fromNode, pathOf, peerOf, visitOf } from './node-request.ts'

export interface NodeOptions {
  /** The client's address, for hosts that know it better than the connection does. */
  readonly address?: (request: IncomingMessage) => string
}

/**
 * A request listener for `node:http`, `node:https` and whatever takes one. It must see the body unread. What memory can answer
 * is answered when it returns; otherwise it returns a promise of that.
 */
export function toNodeListener(
  latchkey: { readonly handle: Handle },
  options: NodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Soon<void> {
  const address = options.address ?? peerOf
  return (request, response) =>
    soon(latchkey.handle(fromNode(request, address(request))), (answer) => writeAnswer(request, response, answer))
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

type GuardedListener<Options extends RouteOptions> = (
  request: IncomingMessage & { auth: AuthOf<Options> },
  response: ServerResponse,
) => unknown

export interface OnNode {
  /**
   * A listener that answers what is Latchkey's, and hands on the rest.
   *
   * @throws TypeError when Latchkey is mounted already
   */
  readonly routes: (rest: Listener) => Listener
  /**
   * A listener that calls `handler` for those who may pass, with `request.auth`, and answers the others. `Refused`, thrown by
   * what `auth` was asked, is answered too; all other errors are the host's.
   *
   * @throws TypeError for an option that is not understood
   */
  readonly guard: GuardOnNode
}

export interface GuardOnNode {
  (handler: GuardedListener<RouteOptions & { optional?: false }>): Listener
  <const Options extends RouteOptions>(options: Options, handler: GuardedListener<Options>): Listener
}

/** Latchkey for a server on `node:http`: its own paths, and a guard for yours. */
export function toNode(latchkey: Embedded, { address = peerOf, ...mount }: NodeOptions & MountOptions = {}): OnNode {
  const answer = toNodeListener(latchkey, { address })
  return {
    routes(rest) {
      const owns = matcher(mountPaths(latchkey, mount))
      return (request, response) => (owns(pathOf(request.url ?? '/')) ? answer(request, response) : rest(request, response))
    },

    guard(first: RouteOptions | GuardedListener<RouteOptions>, second?: GuardedListener<RouteOptions>): Listener {
      const [options, handler] = readGuardCall(first, second)
      if (typeof handler !== 'function') throw new TypeError('guard needs the handler that it stands before: guard({ … }, handler).')
      const protect = latchkey.protect(options)
      return (request, response) =>
        soon(protect(visitOf(request, () => address(request))), (passage) =>
          letIn(request, response, passage) ? answered(response, () => handler(request as Guarded, response)) : undefined,
        )
    },
  }
}

type Guarded = Parameters<GuardedListener<RouteOptions>>[0]

function answered(response: ServerResponse, handle: () => unknown): unknown {
  const refuse = (error: unknown) => {
    if (!(error instanceof Refused) || response.headersSent) throw error
    writeRefusal(response, error.answer)
  }
  try {
    const handled = handle()
    return handled instanceof Promise ? handled.catch(refuse) : handled
  } catch (error) {
    return refuse(error)
  }
}
