// Latchkey in an Express application, 4 or 5.

import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { soon } from '../http/at-once.ts'
import type { Auth } from '../http/auth.ts'
import type { Embedded } from '../http/embedded.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import { type AuthOf, letIn, readGuardCall } from './guarded.ts'
import { type MountOptions, matcher, mountPaths } from './mount.ts'
import { toNodeListener } from './node.ts'
import { pathOf, visitOf } from './node-request.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is signed in; set by Latchkey's guard, and by nothing else. */
      auth?: Auth | undefined
    }
  }
}

type GuardedHandler<Options extends RouteOptions> = (
  request: Request & { auth: AuthOf<Options> },
  response: Response,
  next: NextFunction,
) => unknown

export interface GuardOnExpress {
  (options?: RouteOptions): RequestHandler
  (handler: GuardedHandler<RouteOptions & { optional?: false }>): RequestHandler
  <const Options extends RouteOptions>(options: Options, handler: GuardedHandler<Options>): RequestHandler
}

export interface OnExpress {
  /**
   * Middleware that answers what is Latchkey's: `app.use(routes())`, at the root, before what reads bodies.
   *
   * @throws TypeError when Latchkey is mounted already, or an option is not understood
   */
  readonly routes: (options?: MountOptions) => RequestHandler
  /**
   * Middleware for a route: `app.get('/me', guard(), handler)`, where `request.auth` may be undefined as far as the compiler
   * knows, or `app.get('/me', guard((request, response) => …))`, where it is there.
   *
   * @throws TypeError for an option that is not understood
   */
  readonly guard: GuardOnExpress
}

/** Latchkey for an Express application: its own paths, and a guard for yours. The client's address is `request.ip`. */
export function toExpress(latchkey: Embedded): OnExpress {
  return {
    routes(options = {}) {
      const owns = matcher(mountPaths(latchkey, options))
      const answer = toNodeListener(latchkey, { address: (request) => (request as Request).ip ?? '' })
      return (request, response, next) => {
        if (request.baseUrl !== '') next(new Error(`Latchkey is mounted at ${request.baseUrl}: its cookies and pages need it at the root.`))
        else if (!owns(pathOf(request.url))) next()
        else void answer(request, response)
      }
    },

    guard(first?: RouteOptions | GuardedHandler<RouteOptions>, second?: GuardedHandler<RouteOptions>): RequestHandler {
      const [options, handler] = readGuardCall(first, second)
      const protect = latchkey.protect(options)
      return (request, response, next) => {
        const visit = visitOf(request, () => request.ip ?? '', request.originalUrl)
        const done = soon(protect(visit), (passage) => {
          if (!letIn(request, response, passage)) return undefined
          return handler === undefined ? next() : handler(request as Parameters<typeof handler>[0], response, next)
        })
        // Express 4 does not look at promises.
        if (done instanceof Promise) done.catch(next)
      }
    },
  }
}
