// The adapter for Hono on Node.

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
  /** The client's address. Default: the connection's remote address, on @hono/node-server. */
  readonly address?: (context: Context) => string
}

export interface HonoAdapter {
  /**
   * Middleware that answers Latchkey's own paths: `app.use(middleware())`, at the root.
   *
   * @throws TypeError when Latchkey is already mounted, or for an invalid option
   */
  readonly middleware: (options?: MountOptions) => MiddlewareHandler
  /**
   * Middleware for a route, whose handlers read the signed-in user from `c.get('auth')`: `app.get('/me', guard(), (c) => …)`.
   *
   * @throws TypeError for an invalid option
   */
  readonly guard: <const Options extends RouteOptions = { readonly optional?: false }>(
    options?: Options,
  ) => MiddlewareHandler<{ Variables: { auth: AuthContextFor<Options> } }>
}

interface NodeBindings {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Latchkey for a Hono application: its own paths, and a guard for your routes. */
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
      const routeGuard = latchkey.routeGuard(options)
      return async (context, next) => {
        if (context.finalized) throw new Error('The guard ran after the response was created: place it before every handler that responds.')
        const pending = routeGuard(guardedContextRequest(context, () => address(context)))
        const result = pending instanceof Promise ? await pending : pending
        if (!result.ok) return toResponse(result.response)
        context.set('auth', result.auth as AuthContextFor<NonNullable<typeof options>>)
        setNoStore(context)
        await next()
        return undefined
      }
    },
  }
}

/** The node:http objects of @hono/node-server: their headers can be read without copying. */
function bindingsOf(context: Context): NodeBindings | undefined {
  const { incoming, outgoing } = (context.env ?? {}) as Partial<NodeBindings>
  return incoming?.rawHeaders === undefined || outgoing?.setHeader === undefined ? undefined : { incoming, outgoing }
}

/** A handler may override it. Set on the node response where possible: on Hono's own it costs more than the whole guard. */
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
