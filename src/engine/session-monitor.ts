// Detects a changed network or user agent of a cached session. It checks one request of each session per second, because most come from
// the same client as the one before.

import { NETWORK_CHANGE_SEVERITY, networkPrefix, severityOfChange, userAgentFamily } from '../domain/risk.ts'
import { MINUTE, SECOND } from '../domain/time.ts'
import type { CachedSession } from './cached-session.ts'
import type { EngineContext } from './context.ts'
import { type RiskEvent, recordRiskEvent } from './risk-events.ts'

/** The client of a request; read only when needed. */
export interface RequestClient {
  readonly ip: string
  /** The User-Agent, already bounded. */
  readonly userAgent: string
}

/** The network from which a token was last used, and when. */
export interface LastNetwork {
  network: string | undefined
  networkAt: number
}

/** Samples the first use of a session in each second: an attacker who follows right behind the owner is the first sooner or later. */
export function isSampled(lastSeenAt: number, now: number): boolean {
  return Math.floor(now / SECOND) !== Math.floor(lastSeenAt / SECOND)
}

/** The anomalies of one use; usually none. */
export function detectAnomalies(
  session: CachedSession,
  token: LastNetwork | undefined,
  client: RequestClient,
  now: number,
): readonly RiskEvent[] {
  const changed = severityOfChange(session.userAgentFamily, userAgentFamily(client.userAgent))
  const moved = token !== undefined && hasChangedNetwork(token, networkPrefix(client.ip), now)
  return [
    ...(changed === undefined ? [] : [{ action: 'device.changed', severity: changed } as const]),
    ...(moved ? [{ action: 'token.networks', severity: NETWORK_CHANGE_SEVERITY } as const] : []),
  ]
}

function hasChangedNetwork(token: LastNetwork, network: string | undefined, now: number): boolean {
  if (network === undefined) return false
  const moved = token.network !== undefined && token.network !== network && now - token.networkAt < MINUTE
  token.network = network
  token.networkAt = now
  return moved
}

/** @throws StoreError */
export async function reportAnomalies(
  context: EngineContext,
  sid: string,
  events: readonly RiskEvent[],
  { ip, userAgent }: RequestClient,
): Promise<void> {
  const record = await context.store.credentials.find(sid)
  if (record?.kind !== 'session') return
  for (const event of events) await recordRiskEvent(context, record, event, { ip, userAgent }, record.startedAt)
}
