// The files of all subjects: the limits, Latchkey and the peers.

import { PEERS } from './peers/index.ts'

export const LIMITS = {
  cookies: 'limits/map-of-cookies.ts',
  twoCookies: 'limits/map-of-two-cookies.ts',
  tokens: 'limits/map-of-tokens.ts',
  ed25519: 'limits/raw-ed25519.ts',
  es256: 'limits/raw-es256.ts',
  node: 'limits/bare-node.ts',
  node204: 'limits/bare-node-204.ts',
  node204Headers: 'limits/bare-node-204-headers.ts',
  nodeMap: 'limits/node-and-map.ts',
  argon2: 'limits/argon2.ts',
  objects: 'limits/map-of-objects.ts',
  hono: 'limits/bare-hono.ts',
  express: 'limits/bare-express.ts',
  fastify: 'limits/bare-fastify.ts',
} as const

export const LATCHKEY_SUBJECTS = {
  library: 'latchkey/latchkey.ts',
  express: 'latchkey/on-express.ts',
  fastify: 'latchkey/on-fastify.ts',
  hono: 'latchkey/on-hono.ts',
  uncached: 'latchkey/uncached.ts',
  deviceBound: 'latchkey/device-bound.ts',
  dpop: 'latchkey/dpop.ts',
  server: 'latchkey/server.ts',
  postgres: 'latchkey/on-postgres.ts',
  redis: 'latchkey/on-redis.ts',
  scaling: 'latchkey/scaling.ts',
  cacheMemory: 'latchkey/cache-memory.ts',
} as const

export const PEER_FILES: readonly string[] = PEERS.map((name) => `peers/${name}.ts`)
