// Latchkey in a Fastify server, version 5.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest, onRequestHookHandler, RouteHandlerMethod } from 'fastify'
import type { AdapterTarget } from '../http/adapter-target.ts'
import type { AuthContext } from '../http/auth-context.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import { mapMaybe } from '../http/maybe-promise.ts'
import { isStreaming } from '../http/message.ts'
import type { GuardResult } from '../http/route-guard.ts'
import { type AuthContextFor, GUARD_AFTER_RESPONSE, NO_STORE, parseGuardArguments } from './apply-guard.ts'
import { type MountOptions, mountPaths } from './mount.ts'
import { toNodeHandler } from './node.ts'
import { guardedRequest } from './node-request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; set by Latchkey's guard, and by nothing else. */
    auth?: AuthContext | undefined
  }
}

type GuardedHandler<Options extends RouteOptions> = (
  request: FastifyRequest & { auth: AuthContextFor<Options> },
  reply: FastifyReply,
) => unknown

/** The last argument of a route: what is done before its body is read, and then. */
export interface GuardedRoute {
  readonly onRequest: onRequestHookHandler
  readonly handler: RouteHandlerMethod
}

export interface FastifyGuard {
  (options?: RouteOptions): onRequestHookHandler
  (handler: GuardedHandler<RouteOptions & { optional?: false }>): GuardedRoute
  <const Options extends RouteOptions>(options: Options, handler: GuardedHandler<Options>): GuardedRoute
}

export interface FastifyAdapter {
  /** Answers what is Latchkey's: `app.register(plugin)`, at the root. An option that is not understood stops the start. */
  readonly plugin: FastifyPluginAsync<MountOptions>
  /**
   * For a route: `app.get('/me', { onRequest: guard() }, handler)`, where `request.auth` may be undefined as far as the compiler
   * knows, or `app.get('/me', guard((request) => …))`, where it is there.
   *
   * @throws TypeError for an option that is not understood
   */
  readonly guard: FastifyGuard
}

/** Latchkey for a Fastify server: its own paths, and a guard for yours. The client's address is `request.ip`. */
export function createFastifyAdapter(latchkey: AdapterTarget): FastifyAdapter {
  // A promise, as its refusals then stop the start: what a callback throws would be nobody's.
  const plugin: FastifyPluginAsync<MountOptions> = async (app, options) => {
    if (app.prefix !== '') throw new TypeError(`Latchkey is registered under ${app.prefix}: its cookies and pages need it at the root.`)
    const paths = mountPaths(latchkey, options)
    const answer = toNodeHandler(latchkey, { address: (raw) => addresses.get(raw) ?? '' })
    await app.register(async (scope) => {
      // The body stays unread: Latchkey reads it itself, as far as it is allowed to be long.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
      for (const path of paths)
        scope.all(path, (request, reply) => {
          reply.hijack()
          addresses.set(request.raw, request.ip)
          void answer(request.raw, reply.raw)
        })
    })
  }

  function guard(first?: RouteOptions | GuardedHandler<RouteOptions>, second?: GuardedHandler<RouteOptions>) {
    const [options, handler] = parseGuardArguments(first, second)
    const protect = latchkey.routeGuard(options)
    const onRequest: onRequestHookHandler = (request, reply, done) => {
      request.auth = undefined
      const settled = mapMaybe(protect(guardedRequest(request.raw, () => request.ip)), (passage) =>
        applyGuardResult(request, reply, passage, done),
      )
      if (settled instanceof Promise) settled.catch(done)
    }
    return handler === undefined ? onRequest : { onRequest, handler: handler as RouteHandlerMethod }
  }

  return { plugin: Object.assign(plugin, PLUGIN_METADATA), guard: guard as FastifyGuard }
}

const addresses = new WeakMap<object, string>()

/** As fastify-plugin marks plugins: what it adds is for the whole server. */
const PLUGIN_METADATA = { [Symbol.for('skip-override')]: true, [Symbol.for('plugin-meta')]: { name: 'latchkey', fastify: '5.x' } }

function applyGuardResult(request: FastifyRequest, reply: FastifyReply, passage: GuardResult, done: (error?: Error) => void): void {
  if (reply.sent) {
    done(new Error(GUARD_AFTER_RESPONSE))
  } else if (passage.ok) {
    request.auth = passage.auth
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', NO_STORE)
    done()
  } else {
    const { status, headers, body } = passage.response
    void reply
      .code(status)
      .headers(headers)
      .send(isStreaming(body) ? '' : body)
  }
}
