// A typical session record, for measurements of sizes.

import { randomBytes } from 'node:crypto'
import type { SessionRecord } from '../../src/domain/credential.ts'
import { makeSession } from '../../src/testing/index.ts'

const BROWSER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36'

/** A session of its own user, with a common User-Agent. */
export function makeTypicalSession(now: number): SessionRecord {
  return makeSession({
    id: randomBytes(16).toString('base64url'),
    userId: `usr_${randomBytes(16).toString('base64url')}`,
    username: 'anna.keller',
    hash: randomBytes(32).toString('base64url'),
    startedAt: now,
    lastSeenAt: now,
    expiresAt: now + 12 * 3_600_000,
    authTime: now,
    ip: '203.0.113.195',
    userAgent: BROWSER,
    data: '{}',
  })
}
