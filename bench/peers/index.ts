// The names of the peer modules.

export const PEERS = [
  'express-session',
  'express-session-redis',
  'passport',
  'fastify-session',
  'fastify-secure-session',
  'fastify-jwt',
  'fastify-jwt-cached',
  'iron-session',
  'lucia',
  'jose',
  'fast-jwt',
  'jsonwebtoken',
  'hono-jwt',
  'oidc-provider',
  'better-auth',
  'better-auth-cached',
] as const
