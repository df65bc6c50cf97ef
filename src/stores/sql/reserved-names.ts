// Reserved names: the usernames of deleted users, as digests.

const TABLE = 'latchkey_reserved_names'

export const RESERVED_NAME_SQL = {
  reserve: `INSERT INTO ${TABLE} (digest) VALUES (?) ON CONFLICT DO NOTHING`,
  /** For SQLite: the digests as one JSON array. */
  findOfJson: `SELECT 1 FROM ${TABLE} WHERE digest IN (SELECT value FROM json_each(?)) LIMIT 1`,
  /** For PostgreSQL: the digests as an array of texts. */
  findOfArray: `SELECT 1 FROM ${TABLE} WHERE digest = ANY (?::text[]) LIMIT 1`,
} as const
