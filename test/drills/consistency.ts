// Consistency checks: queries for partial writes in a database. Each one must find nothing.

import { deepEqual } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'

const CONSISTENCY_CHECKS: Readonly<Record<string, string>> = {
  'a live session without the audit event of its sign-in': `
    SELECT id FROM latchkey_credentials WHERE kind = 'session' AND ended_at IS NULL AND id NOT IN (
      SELECT rest ->> 'sessionId' FROM latchkey_audit_events
      WHERE rest ->> 'action' IN ('account.register', 'login.password', 'login.remember_me', 'password.change')
    )`,
  'an audit event of a sign-in without its session': `
    SELECT rest ->> 'sessionId' FROM latchkey_audit_events
    WHERE rest ->> 'action' IN ('account.register', 'login.password', 'login.remember_me', 'password.change')
      AND rest ->> 'outcome' = 'success' AND rest ->> 'sessionId' NOT IN (SELECT id FROM latchkey_credentials)`,
  'a session whose remember-me login is missing': `
    SELECT id FROM latchkey_credentials WHERE ended_at IS NULL AND rest ->> 'startedBy' IS NOT NULL
      AND rest ->> 'startedBy' NOT IN (SELECT id FROM latchkey_credentials WHERE ended_at IS NULL)`,
  'a revoked session without its log entry': `
    SELECT id FROM latchkey_credentials WHERE kind = 'session' AND ended_at IS NOT NULL
      AND id NOT IN (SELECT sid FROM latchkey_revocations WHERE kind = 'revoked')`,
  'a live session with a revocation in the log': `
    SELECT sid FROM latchkey_revocations WHERE kind = 'revoked'
      AND sid NOT IN (SELECT id FROM latchkey_credentials WHERE ended_at IS NOT NULL)`,
  'a user without the audit event of the registration': `
    SELECT id FROM latchkey_users
      WHERE id NOT IN (SELECT user_id FROM latchkey_audit_events WHERE rest ->> 'action' = 'account.register')`,
  'data of a missing user': `
    SELECT user_id FROM latchkey_audit_events WHERE user_id NOT IN (SELECT id FROM latchkey_users)
    UNION SELECT user_id FROM latchkey_credentials
      WHERE ended_at IS NULL AND user_id NOT IN (SELECT id FROM latchkey_users)`,
  'a false alarm': `SELECT user_id FROM latchkey_audit_events WHERE rest ->> 'severity' = 'alarm'`,
}

/** Checks the database of a running server, while nothing else writes to it. */
export function assertConsistent(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    for (const [problem, sql] of Object.entries(CONSISTENCY_CHECKS)) deepEqual(database.prepare(sql).all(), [], problem)
    deepEqual(database.prepare('PRAGMA quick_check').get(), { __proto__: null, quick_check: 'ok' })
  } finally {
    database.close()
  }
}
