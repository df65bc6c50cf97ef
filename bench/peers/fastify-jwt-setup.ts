// @fastify/jwt with HS256, as its documentation shows it.

import jwt from '@fastify/jwt'
import fastify from 'fastify'
import { peerClaims } from '../peer-claims.ts'
import type { Subject } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

export async function prepareFastifyJwt(cache: boolean): Promise<Subject> {
  const app = fastify()
  await app.register(jwt, { secret: 'a secret with minimum length of 32 characters', verify: { cache } })
  app.get('/me', async (request, reply) => {
    try {
      const { sub } = await request.jwtVerify<{ sub: string }>()
      return { user: sub }
    } catch {
      return reply.code(401).send({})
    }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const authorization = `Bearer ${app.jwt.sign(peerClaims())}`
  const header = uniqueHeader(authorization)
  return {
    guarded: { method: 'GET', url: `${url}/me`, headers: { authorization }, status: 200 },
    checkToken: () => app.jwt.verify(header().slice(7)),
    close: () => app.close(),
  }
}
