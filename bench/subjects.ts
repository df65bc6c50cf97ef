// Who is measured: the limits, Latchkey, and the peers, by the files of this folder.

import { PEERS } from './peers/index.ts'

export const LIMITS = {
  cookies: 'limits/map-of-cookies.ts',
  twoCookies: 'limits/map-of-two-cookies.ts',
  tokens: 'limits/map-of-tokens.ts',
  crypto: 'limits/raw-crypto.ts',
  proof: 'limits/raw-proof.ts',
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

export const OURS = {
  library: 'ours/latchkey.ts',
  express: 'ours/on-express.ts',
  fastify: 'ours/on-fastify.ts',
  hono: 'ours/on-hono.ts',
  cold: 'ours/cold.ts',
  bound: 'ours/bound.ts',
  proven: 'ours/proven.ts',
  server: 'ours/server.ts',
  postgres: 'ours/on-postgres.ts',
  redis: 'ours/on-redis.ts',
  growing: 'ours/growing.ts',
  remembering: 'ours/remembering.ts',
} as const

export const PEER_FILES: readonly string[] = PEERS.map((name) => `peers/${name}.ts`)
