// The keys that sign, the keys of services, and what administrators do to them.

import { administer } from './administer.ts'

export interface KeyRecord {
  readonly id: string
  /** `signs`, `next`, `retired` or `service <name>`. */
  readonly use: string
  /** ISO 8601. */
  readonly createdAt: string
}

export interface Keys {
  readonly signing: readonly KeyRecord[]
  readonly services: readonly KeyRecord[]
}

export interface NewServiceKey {
  readonly id: string
  readonly service: string
  /** Handed out this once. */
  readonly key: string
}

export const keys = {
  list: () => administer<Keys>('GET', '/keys'),
  rotate: () => administer<{ signing: string }>('POST', '/keys/rotate'),
  add: (service: string) => administer<NewServiceKey>('POST', '/keys', { service }),
  remove: (id: string) => administer('DELETE', `/keys/${encodeURIComponent(id)}`),
}

export function serviceOf({ use }: KeyRecord): string {
  return use.replace(/^service /, '')
}
