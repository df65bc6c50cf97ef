// Checks that every address answers, and that Latchkey is what answers.

import type { CheckFunction, Finding } from '../finding.ts'
import { type Exchange, header, mayBeLatchkey } from '../http-exchange.ts'

export const checkReachability: CheckFunction = ({ url, steps }) => {
  const listening = steps.reached.filter(mayBeLatchkey).map(portOf)
  // `localhost` is IPv4 and IPv6, and most servers listen on only one of them.
  const counts = (exchange: Exchange) => !(url.hostname === 'localhost' && exchange.status === 0 && listening.includes(portOf(exchange)))
  return steps.reached.filter(counts).flatMap((exchange) => addressFindings(exchange, url))
}

function addressFindings(exchange: Exchange, url: URL): readonly Finding[] {
  const { address, failure, status, path } = exchange
  if (failure !== null) return [{ what: `${address} does not answer: ${failure}.`, fix: fixForFailure(failure, url) }]
  if (mayBeLatchkey(exchange)) return []
  const location = header(exchange, 'location')
  if (status >= 300 && status < 400 && location !== undefined)
    return [{ what: `${address} redirects to ${originOf(location, url)}.`, fix: 'Check the URL that users end up at.' }]
  return [
    {
      what: `${path} at ${address} is answered with ${status} by something that is not Latchkey.`,
      fix: 'Route /access/, /.well-known/jwks.json and /.well-known/oauth-authorization-server to Latchkey with their whole path: nginx `location /access/ { proxy_pass http://latchkey; }`. Check whether Latchkey runs there. In your own server, register its routes before catch-all routes.',
    },
  ]
}

function portOf({ address }: Exchange): string {
  return address.slice(address.lastIndexOf(':'))
}

function originOf(location: string, url: URL): string {
  return URL.canParse(location, url.href) ? new URL(location, url).origin : location
}

function fixForFailure(failure: string, { hostname }: URL): string {
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_|DEPTH_ZERO/.test(failure))
    return `Serve a certificate for ${hostname} with its whole chain. If your own authority issued it, run the doctor with NODE_EXTRA_CA_CERTS=FILE.`
  if (failure === 'ECONNREFUSED') return 'Start the server or the proxy at this address, or remove the address from DNS.'
  return 'Check the server at this address and the firewalls in front of it, or remove the address from DNS.'
}
