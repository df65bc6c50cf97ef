// What tokens of all peers say, so that none of them has less to read than another.

import { randomUUID } from 'node:crypto'

export function peerClaims() {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: 'http://localhost:3000',
    aud: 'http://localhost:3000',
    sub: 'usr_aaaaaaaaaaaaaaaaaaaaaa',
    sid: 'aaaaaaaaaaaaaaaaaaaaaa',
    jti: randomUUID(),
    iat: now,
    exp: now + 3600,
    roles: ['user'],
  }
}

/** So many that a benchmark comes back to one of them only after a cache of a thousand has forgotten it. */
export const TOKEN_COUNT = 4_096

/** Each in turn, over and over. */
export function roundRobin<T>(all: readonly T[]): () => T {
  let next = 0
  return () => all[next++ % all.length] as T
}
