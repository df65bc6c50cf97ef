// Counters for limits: the SQL that takes, gives back and clears away.

const TABLE = 'latchkey_limits'

export type LimitRow = readonly [taken: number, resetsAt: number]

export const LIMIT_SQL = {
  /** Key, end of a window that begins now, and twice the time: one statement, so that no two takers get the same count. */
  consume: `INSERT INTO ${TABLE} AS stored (key, taken, resets_at) VALUES (?, 1, ?)
    ON CONFLICT (key) DO UPDATE SET
      taken = CASE WHEN stored.resets_at <= ? THEN 1 ELSE stored.taken + 1 END,
      resets_at = CASE WHEN stored.resets_at <= ? THEN excluded.resets_at ELSE stored.resets_at END
    RETURNING taken, resets_at`,
  /** Key, time. */
  find: `SELECT taken, resets_at FROM ${TABLE} WHERE key = ? AND resets_at > ?`,
  refund: `UPDATE ${TABLE} SET taken = taken - 1 WHERE key = ? AND taken > 0`,
  /** Of one kind: the beginning of its keys, and a percent sign. */
  count: `SELECT count(*) FROM ${TABLE} WHERE key LIKE ?`,
  deleteExpiredWindows: `DELETE FROM ${TABLE} WHERE resets_at <= ?`,
  deleteOldest: `DELETE FROM ${TABLE} WHERE key IN (SELECT key FROM ${TABLE} WHERE key LIKE ? ORDER BY resets_at LIMIT ?)`,
} as const
