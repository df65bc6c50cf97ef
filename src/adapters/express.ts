// The adapter for Express 4 and 5.

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
      /** The signed-in user; set by Latchkey's guard only. */
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
   * Middleware that answers Latchkey's own paths: `app.use(middleware())`, at the root, before body parsers.
   *
   * @throws TypeError when Latchkey is already mounted, or for an invalid option
   */
  readonly middleware: (options?: MountOptions) => RequestHandler
  /**
   * Middleware for a route: `app.get('/me', guard(), handler)`, where the type of `request.auth` includes undefined,
   * or `app.get('/me', guard((request, response) => …))`, where it does not.
   *
   * @throws TypeError for an invalid option
   */
  readonly guard: ExpressGuard
}

/** Latchkey for an Express application: its own paths, and a guard for your routes. The client's address is `request.ip`. */
export function createExpressAdapter(latchkey: AdapterTarget): ExpressAdapter {
  return {
    middleware(options = {}) {
      const owns = matcher(mountPaths(latchkey, options))
      const handler = toNodeHandler(latchkey, { address: (request) => (request as Request).ip ?? '' })
      return (request, response, next) => {
        if (request.baseUrl !== '') next(new Error(`Latchkey is mounted at ${request.baseUrl}: its cookies and pages need it at the root.`))
        else if (!owns(pathOf(request.url))) next()
        else void handler(request, response)
      }
    },

    guard(first?: RouteOptions | GuardedHandler<RouteOptions>, second?: GuardedHandler<RouteOptions>): RequestHandler {
      const [options, handler] = parseGuardArguments(first, second)
      const routeGuard = latchkey.routeGuard(options)
      return (request, response, next) => {
        const guarded = guardedRequest(request, () => request.ip ?? '', request.originalUrl)
        const handled = mapMaybe(routeGuard(guarded), (result) => {
          if (!applyGuardResult(request, response, result)) return undefined
          return handler === undefined ? next() : handler(request as Parameters<typeof handler>[0], response, next)
        })
        // Express 4 ignores promises.
        if (handled instanceof Promise) handled.catch(next)
      }
    },
  }
}
