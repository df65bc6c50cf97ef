// The clocks agree.

import { type Exchange, header, processOf } from '../exchange.ts'
import { type Judge, NOT_SIGNED_IN } from '../finding.ts'
import { claimsOf } from '../token-claims.ts'

/** Milliseconds. What verifiers elsewhere put up with. */
const TOLERANCE = 5_000

export const judgeClock: Judge = ({ steps }) => {
  const issued = [...steps.signIn, ...steps.tokens].filter((exchange) => claimsOf(exchange) !== undefined)
  if (issued.length === 0) return NOT_SIGNED_IN
  const wrong = new Map<string, Exchange>()
  for (const exchange of issued) if (Math.abs(ahead(exchange)) > TOLERANCE) wrong.set(processOf(exchange) ?? exchange.address, exchange)
  return [...wrong.values()].map((exchange) => {
    const seconds = Math.round(ahead(exchange) / 1000)
    return {
      what: `The clock of Latchkey behind ${exchange.address} is ${duration(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} this machine's${thirdOpinion(exchange)}: tokens are taken for expired, or not yet issued.`,
      mend: 'Let every server keep its time by NTP: `timedatectl set-ntp true`; in a container, the clock is that of its host.',
    }
  })
}

/** Milliseconds by which the server's clock is ahead of ours. Tokens name whole seconds, and took some time to come. */
function ahead(exchange: Exchange): number {
  const issuedAt = (claimsOf(exchange)?.iat ?? 0) * 1000 + 500
  return issuedAt - (exchange.sentAt + exchange.receivedAt) / 2
}

/** A proxy writes the Date header by its own clock. */
function thirdOpinion(exchange: Exchange): string {
  const date = Date.parse(header(exchange, 'date') ?? '')
  return Math.abs(date - exchange.receivedAt) < TOLERANCE ? ', with which the proxy agrees' : ''
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}
