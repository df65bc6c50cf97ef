// Sessions under the remembered login that started them: the lineages in which sign-ins begin and end together.

import type { Client } from '../../src/client/index.ts'

export type Listed = Awaited<ReturnType<Client['sessions']['list']>>[number]

export interface Lineage {
  /** The remembered login, or a session that stands alone. */
  readonly root: Listed
  readonly sessions: readonly Listed[]
  readonly current: boolean
}

/** What is in use here comes first, then what was used last. */
export function lineagesOf(listed: readonly Listed[]): readonly Lineage[] {
  const remembered = new Set(listed.filter(({ kind }) => kind === 'remember_me').map(({ id }) => id))
  const isRoot = ({ kind, startedBy }: Listed) => kind === 'remember_me' || startedBy === null || !remembered.has(startedBy)
  return listed
    .filter(isRoot)
    .map((root) => {
      const sessions = listed.filter(({ startedBy }) => startedBy === root.id).sort(byUse)
      return { root, sessions, current: root.current || sessions.some(({ current }) => current) }
    })
    .sort((one, other) => Number(other.current) - Number(one.current) || latestUse(other) - latestUse(one))
}

function byUse(one: Listed, other: Listed): number {
  return Number(other.current) - Number(one.current) || Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt)
}

function latestUse({ root, sessions }: Lineage): number {
  return Math.max(...[root, ...sessions].map(({ lastSeenAt }) => Date.parse(lastSeenAt)))
}
