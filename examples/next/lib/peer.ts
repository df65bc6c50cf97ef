// Where a request comes from. Next.js tells no address but X-Forwarded-For, and whoever sends a request can write that.

/** How many proxies of yours stand in front, each of which appends the address that it was called from. */
const PROXIES = Number(process.env.PROXIES_IN_FRONT ?? '0')

if (!Number.isInteger(PROXIES) || PROXIES < 0) {
  throw new TypeError(`PROXIES_IN_FRONT is ${JSON.stringify(process.env.PROXIES_IN_FRONT)}; accepted: a whole number from 0.`)
}

export interface Peer {
  readonly address: string
}

/** The client; an empty address, which is one and the same for everybody, where nobody trustworthy says. */
export function peerOf(headers: Pick<Headers, 'get'>): Peer {
  if (PROXIES === 0) return { address: '' }
  const hops = (headers.get('x-forwarded-for') ?? '').split(',')
  return { address: hops.at(-PROXIES)?.trim() ?? '' }
}

/** The same for the user's record, with what the browser calls itself. */
export function clientInfoOf(headers: Pick<Headers, 'get'>): { readonly ip: string; readonly userAgent: string } {
  return { ip: peerOf(headers).address, userAgent: headers.get('user-agent') ?? '' }
}
