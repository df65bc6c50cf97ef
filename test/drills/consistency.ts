// What a database must never hold: anything half done. Each check is a query that finds nothing.

import { deepEqual } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'

const CONSISTENCY_CHECKS: Readonly<Record<string, string>> = {
  'a live session without the operation that began it': `
    SELECT id FROM latchkey_credentials WHERE kind = 'session' AND ended_at IS NULL AND id NOT IN (
      SELECT rest ->> 'sessionId' FROM latchkey_audit_events
      WHERE rest ->> 'action' IN ('account.register', 'login.password', 'login.remember_me', 'password.change')
    )`,
  'an operation that began a session which is not there': `
    SELECT rest ->> 'sessionId' FROM latchkey_audit_events
    WHERE rest ->> 'action' IN ('account.register', 'login.password', 'login.remember_me', 'password.change')
      AND rest ->> 'outcome' = 'ok' AND rest ->> 'sessionId' NOT IN (SELECT id FROM latchkey_credentials)`,
  'a session whose remembered login is not there': `
    SELECT id FROM latchkey_credentials WHERE ended_at IS NULL AND rest ->> 'startedBy' IS NOT NULL
      AND rest ->> 'startedBy' NOT IN (SELECT id FROM latchkey_credentials WHERE ended_at IS NULL)`,
  'an ended session that the log does not tell of': `
    SELECT id FROM latchkey_credentials WHERE kind = 'session' AND ended_at IS NOT NULL
      AND id NOT IN (SELECT sid FROM latchkey_revocations WHERE kind = 'revoked')`,
  'a session that the log ended and that lives': `
    SELECT sid FROM latchkey_revocations WHERE kind = 'revoked'
      AND sid NOT IN (SELECT id FROM latchkey_credentials WHERE ended_at IS NOT NULL)`,
  'a user without the operation that made them': `
    SELECT code FROM latchkey_users
      WHERE code NOT IN (SELECT user_id FROM latchkey_audit_events WHERE rest ->> 'action' = 'account.register')`,
  'something of a user who is not there': `
    SELECT user_id FROM latchkey_audit_events WHERE user_id NOT IN (SELECT code FROM latchkey_users)
    UNION SELECT user_id FROM latchkey_credentials
      WHERE ended_at IS NULL AND user_id NOT IN (SELECT code FROM latchkey_users)`,
  'a false alarm': `SELECT user_id FROM latchkey_audit_events WHERE rest ->> 'outcome' = 'alarm'`,
}

/** Checks a database that a server is serving, while nobody else writes. */
export function assertConsistent(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    for (const [what, sql] of Object.entries(CONSISTENCY_CHECKS)) deepEqual(database.prepare(sql).all(), [], what)
    deepEqual(database.prepare('PRAGMA quick_check').get(), { __proto__: null, quick_check: 'ok' })
  } finally {
    database.close()
  }
}
