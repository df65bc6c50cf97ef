// Names of deleted users as rows: nothing but a digest.

const TABLE = 'latchkey_reserved_names'

export const RESERVED_NAME_SQL = {
  reserve: `INSERT INTO ${TABLE} (digest) VALUES (?) ON CONFLICT DO NOTHING`,
  /** Of digests as a JSON list, as SQLite takes them. */
  findOfJson: `SELECT 1 FROM ${TABLE} WHERE digest IN (SELECT value FROM json_each(?)) LIMIT 1`,
  /** Of digests as an array, as PostgreSQL takes them. */
  findOfArray: `SELECT 1 FROM ${TABLE} WHERE digest = ANY (?::text[]) LIMIT 1`,
} as const
