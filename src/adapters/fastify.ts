// The adapter for Fastify 5.

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
    /** The signed-in user; set by Latchkey's guard only. */
    auth?: AuthContext | undefined
  }
}

type GuardedHandler<Options extends RouteOptions> = (
  request: FastifyRequest & { auth: AuthContextFor<Options> },
  reply: FastifyReply,
) => unknown

/** The last argument of a route: the guard before the body is read, then the handler. */
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
  /** Answers Latchkey's own paths: `app.register(plugin)`, at the root. An invalid option stops the start. */
  readonly plugin: FastifyPluginAsync<MountOptions>
  /**
   * For a route: `app.get('/me', { onRequest: guard() }, handler)`, where the type of `request.auth` includes undefined,
   * or `app.get('/me', guard((request) => …))`, where it does not.
   *
   * @throws TypeError for an invalid option
   */
  readonly guard: FastifyGuard
}

/** Latchkey for a Fastify server: its own paths, and a guard for your routes. The client's address is `request.ip`. */
export function createFastifyAdapter(latchkey: AdapterTarget): FastifyAdapter {
  // Async, so that an error stops the start: an exception in a callback plugin would be lost.
  const plugin: FastifyPluginAsync<MountOptions> = async (app, options) => {
    if (app.prefix !== '') throw new TypeError(`Latchkey is registered under ${app.prefix}: its cookies and pages need it at the root.`)
    const paths = mountPaths(latchkey, options)
    const handler = toNodeHandler(latchkey, { address: (raw) => addresses.get(raw) ?? '' })
    await app.register(async (scope) => {
      // Leaves the body unread: Latchkey reads it itself, with its own size limit.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
      for (const path of paths)
        scope.all(path, (request, reply) => {
          reply.hijack()
          addresses.set(request.raw, request.ip)
          void handler(request.raw, reply.raw)
        })
    })
  }

  function guard(first?: RouteOptions | GuardedHandler<RouteOptions>, second?: GuardedHandler<RouteOptions>) {
    const [options, handler] = parseGuardArguments(first, second)
    const routeGuard = latchkey.routeGuard(options)
    const onRequest: onRequestHookHandler = (request, reply, done) => {
      request.auth = undefined
      const handled = mapMaybe(routeGuard(guardedRequest(request.raw, () => request.ip)), (result) =>
        applyGuardResult(request, reply, result, done),
      )
      if (handled instanceof Promise) handled.catch(done)
    }
    return handler === undefined ? onRequest : { onRequest, handler: handler as RouteHandlerMethod }
  }

  return { plugin: Object.assign(plugin, PLUGIN_METADATA), guard: guard as FastifyGuard }
}

const addresses = new WeakMap<object, string>()

/** Marks the plugin like fastify-plugin does: its hooks apply to the whole server. */
const PLUGIN_METADATA = { [Symbol.for('skip-override')]: true, [Symbol.for('plugin-meta')]: { name: 'latchkey', fastify: '5.x' } }

function applyGuardResult(request: FastifyRequest, reply: FastifyReply, result: GuardResult, done: (error?: Error) => void): void {
  if (reply.sent) {
    done(new Error(GUARD_AFTER_RESPONSE))
  } else if (result.ok) {
    request.auth = result.auth
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', NO_STORE)
    done()
  } else {
    const { status, headers, body } = result.response
    void reply
      .code(status)
      .headers(headers)
      .send(isStreaming(body) ? '' : body)
  }
}
