// Checks that the clocks of the servers agree with that of this machine.

import { type CheckFunction, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, header, processIdOf } from '../http-exchange.ts'
import { claimsOf } from '../token-claims.ts'

/** Milliseconds: the clock skew that token verifiers accept. */
const TOLERANCE_MS = 5_000

export const checkServerClock: CheckFunction = ({ steps }) => {
  const issued = [...steps.signIn, ...steps.tokens].filter((exchange) => claimsOf(exchange) !== undefined)
  if (issued.length === 0) return NOT_SIGNED_IN
  const skewed = new Map<string, Exchange>()
  for (const exchange of issued)
    if (Math.abs(clockOffsetMs(exchange)) > TOLERANCE_MS) skewed.set(processIdOf(exchange) ?? exchange.address, exchange)
  return [...skewed.values()].map((exchange) => {
    const seconds = Math.round(clockOffsetMs(exchange) / 1000)
    return {
      what: `The clock of Latchkey behind ${exchange.address} is ${duration(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} this machine's${proxyClockNote(exchange)}: verifiers take tokens for expired, or for not yet issued.`,
      fix: 'Synchronize every server by NTP: `timedatectl set-ntp true`. A container has the clock of its host.',
    }
  })
}

/** Milliseconds by which the server's clock is ahead of ours. `iat` has whole seconds, and the response took some time. */
function clockOffsetMs(exchange: Exchange): number {
  const issuedAt = (claimsOf(exchange)?.iat ?? 0) * 1000 + 500
  return issuedAt - (exchange.sentAt + exchange.receivedAt) / 2
}

/** A proxy writes the Date header by its own clock. */
function proxyClockNote(exchange: Exchange): string {
  const date = Date.parse(header(exchange, 'date') ?? '')
  return Math.abs(date - exchange.receivedAt) < TOLERANCE_MS ? ', with which the proxy agrees' : ''
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}
