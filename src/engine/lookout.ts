// Looking at who uses what is remembered: now and then, since most requests come from where the one before came from.

import { familyOf, gradeFamilies, networkOf, TWO_NETWORKS } from '../domain/signals.ts'
import { MINUTE, SECOND } from '../domain/time.ts'
import type { KnownSession } from './known-session.ts'
import type { Parts } from './parts.ts'
import { recordSignal, type Signal } from './signals.ts'

/** Who is at the other end of a request, asked only where it matters. */
export interface Caller {
  readonly ip: string
  /** The browser string, already bounded. */
  readonly userAgent: string
}

/** The network that a token was last used from, and when. */
export interface LastNetwork {
  network: string | undefined
  networkAt: number
}

/**
 * The first use of a session in each second by the clock is looked at: whoever comes right behind somebody else, again and again, is
 * the first sooner or later.
 */
export function isFirstLook(lastSeenAt: number, now: number): boolean {
  return Math.floor(now / SECOND) !== Math.floor(lastSeenAt / SECOND)
}

/** What is seen of it; usually nothing. */
export function signalsOf(session: KnownSession, token: LastNetwork | undefined, by: Caller, now: number): readonly Signal[] {
  const changed = gradeFamilies(session.family, familyOf(by.userAgent))
  const moved = token !== undefined && hasMoved(token, networkOf(by.ip), now)
  return [
    ...(changed === undefined ? [] : [{ action: 'device.changed', severity: changed } as const]),
    ...(moved ? [{ action: 'token.networks', severity: TWO_NETWORKS } as const] : []),
  ]
}

function hasMoved(token: LastNetwork, network: string | undefined, now: number): boolean {
  if (network === undefined) return false
  const moved = token.network !== undefined && token.network !== network && now - token.networkAt < MINUTE
  token.network = network
  token.networkAt = now
  return moved
}

/** @throws StoreError */
export async function tellSignals(parts: Parts, sid: string, signals: readonly Signal[], { ip, userAgent }: Caller): Promise<void> {
  const record = await parts.store.credentials.find(sid)
  if (record?.kind !== 'session') return
  for (const signal of signals) await recordSignal(parts, record, signal, { ip, userAgent }, record.startedAt)
}
