// Rate limit counters: the SQL that consumes and refunds points and deletes windows.

const TABLE = 'latchkey_limits'

export type LimitRow = readonly [taken: number, resetsAt: number]

export const LIMIT_SQL = {
  /** Values: key, end of a window that starts now, and the time twice. One statement, so that no two callers get the same count. */
  consume: `INSERT INTO ${TABLE} AS stored (key, taken, resets_at) VALUES (?, 1, ?)
    ON CONFLICT (key) DO UPDATE SET
      taken = CASE WHEN stored.resets_at <= ? THEN 1 ELSE stored.taken + 1 END,
      resets_at = CASE WHEN stored.resets_at <= ? THEN excluded.resets_at ELSE stored.resets_at END
    RETURNING taken, resets_at`,
  /** Values: key, time. */
  find: `SELECT taken, resets_at FROM ${TABLE} WHERE key = ? AND resets_at > ?`,
  refund: `UPDATE ${TABLE} SET taken = taken - 1 WHERE key = ? AND taken > 0`,
  /** Value: the prefix of the keys of one kind, and a percent sign. */
  count: `SELECT count(*) FROM ${TABLE} WHERE key LIKE ?`,
  deleteExpiredWindows: `DELETE FROM ${TABLE} WHERE resets_at <= ?`,
  deleteOldest: `DELETE FROM ${TABLE} WHERE key IN (SELECT key FROM ${TABLE} WHERE key LIKE ? ORDER BY resets_at LIMIT ?)`,
} as const
