// Latchkey in a Fastify server, version 5.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest, onRequestHookHandler, RouteHandlerMethod } from 'fastify'
import { soon } from '../http/at-once.ts'
import type { Auth } from '../http/auth.ts'
import type { Embedded } from '../http/embedded.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import { isPieceByPiece } from '../http/message.ts'
import type { Passage } from '../http/protect.ts'
import { type AuthOf, readGuardCall, TOO_LATE, UNCACHED } from './guarded.ts'
import { type MountOptions, mountPaths } from './mount.ts'
import { toNodeListener } from './node.ts'
import { visitOf } from './node-request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; set by Latchkey's guard, and by nothing else. */
    auth?: Auth | undefined
  }
}

type GuardedHandler<Options extends RouteOptions> = (request: FastifyRequest & { auth: AuthOf<Options> }, reply: FastifyReply) => unknown

/** The last argument of a route: what is done before its body is read, and then. */
export interface GuardedRoute {
  readonly onRequest: onRequestHookHandler
  readonly handler: RouteHandlerMethod
}

export interface GuardOnFastify {
  (options?: RouteOptions): onRequestHookHandler
  (handler: GuardedHandler<RouteOptions & { optional?: false }>): GuardedRoute
  <const Options extends RouteOptions>(options: Options, handler: GuardedHandler<Options>): GuardedRoute
}

export interface OnFastify {
  /** Answers what is Latchkey's: `app.register(plugin)`, at the root. An option that is not understood stops the start. */
  readonly plugin: FastifyPluginAsync<MountOptions>
  /**
   * For a route: `app.get('/me', { onRequest: guard() }, handler)`, where `request.auth` may be undefined as far as the compiler
   * knows, or `app.get('/me', guard((request) => …))`, where it is there.
   *
   * @throws TypeError for an option that is not understood
   */
  readonly guard: GuardOnFastify
}

/** Latchkey for a Fastify server: its own paths, and a guard for yours. The client's address is `request.ip`. */
export function toFastify(latchkey: Embedded): OnFastify {
  // A promise, as its refusals then stop the start: what a callback throws would be nobody's.
  const plugin: FastifyPluginAsync<MountOptions> = async (app, options) => {
    if (app.prefix !== '') throw new TypeError(`Latchkey is registered under ${app.prefix}: its cookies and pages need it at the root.`)
    const paths = mountPaths(latchkey, options)
    const answer = toNodeListener(latchkey, { address: (raw) => addresses.get(raw) ?? '' })
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
    const [options, handler] = readGuardCall(first, second)
    const protect = latchkey.protect(options)
    const onRequest: onRequestHookHandler = (request, reply, done) => {
      request.auth = undefined
      const settled = soon(protect(visitOf(request.raw, () => request.ip)), (passage) => letIn(request, reply, passage, done))
      if (settled instanceof Promise) settled.catch(done)
    }
    return handler === undefined ? onRequest : { onRequest, handler: handler as RouteHandlerMethod }
  }

  return { plugin: Object.assign(plugin, AT_THE_ROOT), guard: guard as GuardOnFastify }
}

const addresses = new WeakMap<object, string>()

/** As fastify-plugin marks plugins: what it adds is for the whole server. */
const AT_THE_ROOT = { [Symbol.for('skip-override')]: true, [Symbol.for('plugin-meta')]: { name: 'latchkey', fastify: '5.x' } }

function letIn(request: FastifyRequest, reply: FastifyReply, passage: Passage, done: (error?: Error) => void): void {
  if (reply.sent) {
    done(new Error(TOO_LATE))
  } else if (passage.ok) {
    request.auth = passage.auth
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', UNCACHED)
    done()
  } else {
    const { status, headers, body } = passage.answer
    void reply
      .code(status)
      .headers(headers)
      .send(isPieceByPiece(body) ? '' : body)
  }
}
