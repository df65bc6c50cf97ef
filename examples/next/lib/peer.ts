// The client's address. Next.js passes it only in X-Forwarded-For, which a client can write itself.

/** How many of your own proxies are in front; each appends the address of its client. */
const PROXIES = Number(process.env.PROXIES_IN_FRONT ?? '0')

if (!Number.isInteger(PROXIES) || PROXIES < 0) {
  throw new TypeError(`PROXIES_IN_FRONT is ${JSON.stringify(process.env.PROXIES_IN_FRONT)}. Accepted: a whole number from 0.`)
}

export interface Peer {
  readonly address: string
}

/** The client. Without a trusted proxy the address is empty, and all clients count as one. */
export function peerOf(headers: Pick<Headers, 'get'>): Peer {
  if (PROXIES === 0) return { address: '' }
  const hops = (headers.get('x-forwarded-for') ?? '').split(',')
  return { address: hops.at(-PROXIES)?.trim() ?? '' }
}

/** The client's address and user agent, for the audit log. */
export function clientInfoOf(headers: Pick<Headers, 'get'>): { readonly ip: string; readonly userAgent: string } {
  return { ip: peerOf(headers).address, userAgent: headers.get('user-agent') ?? '' }
}
