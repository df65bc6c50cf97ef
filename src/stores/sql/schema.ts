// The schema of both SQL databases, as numbered migrations. A field that a query searches for has its own column; the rest of a
// record is one JSON text. Never edit a released migration: add one with the next number.

import { renameCredentialFields, renameEventFields } from './rename-json-fields.ts'

/** How the two databases differ. */
export interface SqlDialect {
  /** The type of a text key, sorted by bytes whatever the locale of the database. */
  readonly key: string
  /** The type of an auto-incrementing primary key that never reuses a number. */
  readonly position: string
  /** The type of integers up to 2^53: milliseconds since 1970, versions, positions. */
  readonly integer: string
  /** The function that returns the position of one text in another: from 1, or 0 when it is absent. */
  readonly indexOf: 'instr' | 'strpos'
  /** The statements of the migration to standard names that only this database needs. */
  readonly ownNames: readonly string[]
}

/** The migration at index n upgrades version n to version n + 1. */
export const MIGRATIONS: readonly ((dialect: SqlDialect) => readonly string[])[] = [
  createTables,
  addRolesAndTombstoneIndex,
  createReservedNames,
  standardNames,
]

/** The version of the schema that this code reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length

export interface SchemaVersions {
  /** The version of the database; 0 when it has no schema yet. */
  readonly found: number
  /** The version that this Latchkey reads and writes. */
  readonly known: number
}

export function newerSchemaMessage(subject: string, found: number): string {
  return (
    `${subject} was made by a newer version of Latchkey (schema ${found}; this version supports ${SCHEMA_VERSION}): ` +
    'upgrade Latchkey, or restore the backup made before the upgrade.'
  )
}

function createTables({ key, position, integer }: SqlDialect): readonly string[] {
  return [
    `CREATE TABLE latchkey_users (
      code ${key} PRIMARY KEY NOT NULL,
      username_key TEXT NOT NULL UNIQUE,
      version ${integer} NOT NULL,
      rest TEXT NOT NULL
    )`,
    // A tombstone is the same row without the columns that identify the user.
    `CREATE TABLE latchkey_credentials (
      id ${key} PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL,
      user_code TEXT,
      lineage TEXT,
      version ${integer} NOT NULL,
      hash TEXT NOT NULL,
      last_seen_at ${integer},
      expires_at ${integer} NOT NULL,
      reason TEXT,
      ended_at ${integer},
      rest TEXT,
      data TEXT
    )`,
    'CREATE INDEX latchkey_live_by_user ON latchkey_credentials (user_code) WHERE ended_at IS NULL',
    'CREATE INDEX latchkey_live_by_lineage ON latchkey_credentials (lineage) WHERE ended_at IS NULL',
    `CREATE INDEX latchkey_live_sessions_by_use ON latchkey_credentials (last_seen_at) WHERE ended_at IS NULL AND kind = 'session'`,
    // Two partial indexes: the search for expired credentials must not scan tombstones.
    'CREATE INDEX latchkey_live_by_expiry ON latchkey_credentials (expires_at) WHERE ended_at IS NULL',
    'CREATE INDEX latchkey_tombstones_by_expiry ON latchkey_credentials (expires_at) WHERE ended_at IS NOT NULL',
    `CREATE TABLE latchkey_operations (
      position ${position},
      user_code TEXT NOT NULL,
      at ${integer} NOT NULL,
      rest TEXT NOT NULL
    )`,
    'CREATE INDEX latchkey_operations_by_user ON latchkey_operations (user_code, position)',
    'CREATE INDEX latchkey_operations_by_time ON latchkey_operations (at)',
    `CREATE TABLE latchkey_endings (
      position ${position},
      kind TEXT NOT NULL,
      sid TEXT,
      at ${integer} NOT NULL,
      reason TEXT
    )`,
    'CREATE INDEX latchkey_endings_by_time ON latchkey_endings (at)',
    `CREATE TABLE latchkey_limits (
      key TEXT PRIMARY KEY NOT NULL,
      taken ${integer} NOT NULL,
      resets_at ${integer} NOT NULL
    )`,
    'CREATE INDEX latchkey_limits_by_reset ON latchkey_limits (resets_at)',
    `CREATE TABLE latchkey_key_ring (
      id ${integer} PRIMARY KEY NOT NULL CHECK (id = 1),
      version ${integer} NOT NULL,
      ring TEXT NOT NULL
    )`,
  ]
}

function createReservedNames({ key }: SqlDialect): readonly string[] {
  return [`CREATE TABLE latchkey_reserved_names (digest ${key} PRIMARY KEY NOT NULL)`]
}

function addRolesAndTombstoneIndex(): readonly string[] {
  return [
    // With the roles in the log, a subscriber can check a token without a read of the store.
    'ALTER TABLE latchkey_endings ADD COLUMN roles TEXT',
    'CREATE INDEX latchkey_tombstones_by_end ON latchkey_credentials (ended_at, id) WHERE ended_at IS NOT NULL',
  ]
}

/** Renames tables, columns and fields of stored texts to standard names: user id, audit event, outcome, severity, revocation, user agent. */
function standardNames({ indexOf, ownNames }: SqlDialect): readonly string[] {
  return [
    'ALTER TABLE latchkey_users RENAME COLUMN code TO id',
    'ALTER TABLE latchkey_credentials RENAME COLUMN user_code TO user_id',
    'ALTER TABLE latchkey_operations RENAME TO latchkey_audit_events',
    'ALTER TABLE latchkey_audit_events RENAME COLUMN user_code TO user_id',
    'ALTER TABLE latchkey_endings RENAME TO latchkey_revocations',
    'DROP INDEX latchkey_operations_by_user',
    'DROP INDEX latchkey_operations_by_time',
    'DROP INDEX latchkey_endings_by_time',
    'CREATE INDEX latchkey_audit_events_by_user ON latchkey_audit_events (user_id, position)',
    'CREATE INDEX latchkey_audit_events_by_time ON latchkey_audit_events (at)',
    'CREATE INDEX latchkey_revocations_by_time ON latchkey_revocations (at)',
    `UPDATE latchkey_revocations SET kind = CASE kind
      WHEN 'ended' THEN 'revoked' WHEN 'called' THEN 'ack_requested' WHEN 'heard' THEN 'ack' ELSE kind END`,
    "UPDATE latchkey_credentials SET kind = 'remember_me' WHERE kind = 'remembered'",
    `UPDATE latchkey_credentials SET rest = ${renameCredentialFields('rest')} WHERE rest IS NOT NULL`,
    `UPDATE latchkey_audit_events SET rest = ${renameEventFields('rest', indexOf)} WHERE ${indexOf}(rest, '"detail":') > 0`,
    ...ownNames,
  ]
}
