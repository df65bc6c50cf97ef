// Latchkey in a Hono application on Node.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import type { AdapterTarget } from '../http/adapter-target.ts'
import type { GuardedRequest } from '../http/auth-context.ts'
import { fromRequest, toResponse } from '../http/fetch.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import { type AuthContextFor, NO_STORE } from './apply-guard.ts'
import { type MountOptions, matcher, mountPaths } from './mount.ts'
import { guardedRequest, peerOf } from './node-request.ts'

export interface HonoOptions {
  /** The client's address; where it is left out, the one at the other end of the connection, on @hono/node-server. */
  readonly address?: (context: Context) => string
}

export interface HonoAdapter {
  /**
   * Middleware that answers what is Latchkey's: `app.use(routes())`, at the root.
   *
   * @throws TypeError when Latchkey is mounted already, or an option is not understood
   */
  readonly middleware: (options?: MountOptions) => MiddlewareHandler
  /**
   * Middleware for a route, in whose handlers `c.get('auth')` says who is signed in: `app.get('/me', guard(), (c) => …)`.
   *
   * @throws TypeError for an option that is not understood
   */
  readonly guard: <const Options extends RouteOptions = { readonly optional?: false }>(
    options?: Options,
  ) => MiddlewareHandler<{ Variables: { auth: AuthContextFor<Options> } }>
}

interface NodeBindings {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Latchkey for a Hono application: its own paths, and a guard for yours. */
export function createHonoAdapter(latchkey: AdapterTarget, { address = addressOf }: HonoOptions = {}): HonoAdapter {
  return {
    middleware(options = {}) {
      const owns = matcher(mountPaths(latchkey, options))
      return async (context, next) => {
        const request = fromRequest(context.req.raw, { address: address(context) })
        return owns(request.path) ? toResponse(await latchkey.handle(request)) : next()
      }
    },

    guard(options) {
      const protect = latchkey.routeGuard(options)
      return async (context, next) => {
        if (context.finalized) throw new Error('The guard was asked after the answer had been made: put it before everything that answers.')
        const found = protect(guardedContextRequest(context, () => address(context)))
        const passage = found instanceof Promise ? await found : found
        if (!passage.ok) return toResponse(passage.response)
        context.set('auth', passage.auth as AuthContextFor<NonNullable<typeof options>>)
        setNoStore(context)
        await next()
        return undefined
      }
    },
  }
}

/** What @hono/node-server has beneath: nothing has to be copied to look at its headers. */
function bindingsOf(context: Context): NodeBindings | undefined {
  const { incoming, outgoing } = (context.env ?? {}) as Partial<NodeBindings>
  return incoming?.rawHeaders === undefined || outgoing?.setHeader === undefined ? undefined : { incoming, outgoing }
}

/** What the handler says of its answer goes before. Set on Hono's own response, a header costs more than all of the guard. */
function setNoStore(context: Context): void {
  const bindings = bindingsOf(context)
  if (bindings === undefined) context.header('cache-control', NO_STORE)
  else bindings.outgoing.setHeader('cache-control', NO_STORE)
}

function addressOf(context: Context): string {
  const bindings = bindingsOf(context)
  return bindings === undefined ? '' : peerOf(bindings.incoming)
}

function guardedContextRequest(context: Context, address: () => string): GuardedRequest {
  const bindings = bindingsOf(context)
  if (bindings !== undefined) return guardedRequest(bindings.incoming, address)
  const { raw } = context.req
  const { pathname, search } = new URL(raw.url)
  return { method: raw.method, target: pathname + search, header: (name) => raw.headers.get(name), address, hostRequest: raw }
}
