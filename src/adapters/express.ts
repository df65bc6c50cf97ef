// Latchkey in an Express application, 4 or 5.

import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { AdapterTarget } from '../http/adapter-target.ts'
import type { AuthContext } from '../http/auth-context.ts'
import type { RouteOptions } from '../http/guard-options.ts'
import { mapMaybe } from '../http/maybe-promise.ts'
import { type AuthContextFor, applyGuardResult, parseGuardArguments } from './apply-guard.ts'
import { type MountOptions, matcher, mountPaths } from './mount.ts'
import { toNodeHandler } from './node.ts'
import { guardedRequest, pathOf } from './node-request.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is signed in; set by Latchkey's guard, and by nothing else. */
      auth?: AuthContext | undefined
    }
  }
}

type GuardedHandler<Options extends RouteOptions> = (
  request: Request & { auth: AuthContextFor<Options> },
  response: Response,
  next: NextFunction,
) => unknown

export interface ExpressGuard {
  (options?: RouteOptions): RequestHandler
  (handler: GuardedHandler<RouteOptions & { optional?: false }>): RequestHandler
  <const Options extends RouteOptions>(options: Options, handler: GuardedHandler<Options>): RequestHandler
}

export interface ExpressAdapter {
  /**
   * Middleware that answers what is Latchkey's: `app.use(routes())`, at the root, before what reads bodies.
   *
   * @throws TypeError when Latchkey is mounted already, or an option is not understood
   */
  readonly middleware: (options?: MountOptions) => RequestHandler
  /**
   * Middleware for a route: `app.get('/me', guard(), handler)`, where `request.auth` may be undefined as far as the compiler
   * knows, or `app.get('/me', guard((request, response) => …))`, where it is there.
   *
   * @throws TypeError for an option that is not understood
   */
  readonly guard: ExpressGuard
}

/** Latchkey for an Express application: its own paths, and a guard for yours. The client's address is `request.ip`. */
export function createExpressAdapter(latchkey: AdapterTarget): ExpressAdapter {
  return {
    middleware(options = {}) {
      const owns = matcher(mountPaths(latchkey, options))
      const answer = toNodeHandler(latchkey, { address: (request) => (request as Request).ip ?? '' })
      return (request, response, next) => {
        if (request.baseUrl !== '') next(new Error(`Latchkey is mounted at ${request.baseUrl}: its cookies and pages need it at the root.`))
        else if (!owns(pathOf(request.url))) next()
        else void answer(request, response)
      }
    },

    guard(first?: RouteOptions | GuardedHandler<RouteOptions>, second?: GuardedHandler<RouteOptions>): RequestHandler {
      const [options, handler] = parseGuardArguments(first, second)
      const protect = latchkey.routeGuard(options)
      return (request, response, next) => {
        const visit = guardedRequest(request, () => request.ip ?? '', request.originalUrl)
        const done = mapMaybe(protect(visit), (passage) => {
          if (!applyGuardResult(request, response, passage)) return undefined
          return handler === undefined ? next() : handler(request as Parameters<typeof handler>[0], response, next)
        })
        // Express 4 does not look at promises.
        if (done instanceof Promise) done.catch(next)
      }
    },
  }
}
