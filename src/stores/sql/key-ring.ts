// The key ring: a table of one row.

export type KeyRingRow = readonly [ring: string]

export const KEY_RING_SQL = {
  find: 'SELECT ring FROM latchkey_key_ring WHERE id = 1',
  insert: 'INSERT INTO latchkey_key_ring (id, version, ring) VALUES (1, ?, ?) ON CONFLICT DO NOTHING',
  replace: 'UPDATE latchkey_key_ring SET version = ?, ring = ? WHERE id = 1 AND version = ?',
} as const
