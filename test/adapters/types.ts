// Checked by the compiler only: `auth` is typed behind a guard, and absent without one.

import type { Request } from 'express'
import type { FastifyRequest } from 'fastify'
import { Hono } from 'hono'
import type { ExpressAdapter } from '../../src/adapters/express.ts'
import type { FastifyAdapter } from '../../src/adapters/fastify.ts'
import type { HonoAdapter } from '../../src/adapters/hono.ts'
import type { NodeAdapter } from '../../src/adapters/node.ts'
import type { AuthContext, AuthenticationResult } from '../../src/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_is: Same<A, B>): void => {}

/** True for `any` only. */
type IsAny<T> = 0 extends 1 & T ? true : false

export function onNode({ guard }: NodeAdapter): void {
  guard((request) => {
    same<typeof request.auth, AuthContext>(true)
    same<IsAny<typeof request.auth.userId>, false>(true)
  })
  guard({ role: 'admin' }, (request) => same<typeof request.auth, AuthContext>(true))
  guard({ optional: true }, (request) => same<typeof request.auth, AuthContext | undefined>(true))
  // @ts-expect-error a guard without a handler guards nothing
  guard({ role: 'admin' })
  // @ts-expect-error no such option
  guard({ rol: 'admin' }, () => {})
}

export function onExpress({ guard }: ExpressAdapter, unguarded: Request): void {
  guard((request) => same<typeof request.auth, AuthContext>(true))
  guard({ fresh: '5m' }, (request) => same<typeof request.auth, AuthContext>(true))
  guard({ optional: true }, (request) => same<typeof request.auth, AuthContext | undefined>(true))
  guard({ auth: 'header-only' })
  // @ts-expect-error possibly undefined: no guard
  unguarded.auth.userId
  // @ts-expect-error a guard never requires less than the default
  guard({ auth: 'cookie' })
}

export function onFastify({ guard }: FastifyAdapter, unguarded: FastifyRequest): void {
  guard((request) => same<typeof request.auth, AuthContext>(true))
  guard({ role: 'admin' }, (request) => same<typeof request.auth, AuthContext>(true))
  guard({ optional: true }, (request) => same<typeof request.auth, AuthContext | undefined>(true))
  // @ts-expect-error possibly undefined: no guard
  unguarded.auth.userId
}

export function onHono({ guard }: HonoAdapter): void {
  new Hono()
    .get('/me', guard(), (context) => {
      const auth = context.get('auth')
      same<typeof auth, AuthContext>(true)
      return context.json(auth.userId)
    })
    .get('/maybe', guard({ optional: true }), (context) => {
      // @ts-expect-error possibly undefined: optional
      return context.json(context.get('auth').userId)
    })
    .get('/open', (context) => {
      // @ts-expect-error not set on a route without a guard
      return context.json(context.get('auth').userId)
    })
}

export function anywhere(found: AuthenticationResult): void {
  // @ts-expect-error not known yet whether there is a principal
  found.principal.userId
  if (found.ok) same<IsAny<typeof found.principal>, false>(true)
}
