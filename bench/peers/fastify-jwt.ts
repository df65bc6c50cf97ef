// @fastify/jwt without its cache.

import type { SubjectModule } from '../subject.ts'
import { prepareFastifyJwt } from './fastify-jwt-setup.ts'

export const subject: SubjectModule = {
  name: '@fastify/jwt (HS256)',
  packages: ['fastify', '@fastify/jwt'],
  prepare: () => prepareFastifyJwt(false),
}
