// The claims of the tokens of all peers, so that all of them parse the same amount.

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

/** So many tokens that a cache of a thousand has evicted each one before its next use. */
export const TOKEN_COUNT = 4_096

/** Returns the items in turn, endlessly. */
export function roundRobin<T>(all: readonly T[]): () => T {
  let next = 0
  return () => all[next++ % all.length] as T
}
