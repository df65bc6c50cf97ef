// Every address answers, and it is Latchkey that does.

import type { CheckFunction, Finding } from '../finding.ts'
import { type Exchange, header, mayBeLatchkey } from '../http-exchange.ts'

export const checkReachability: CheckFunction = ({ url, steps }) => {
  const listening = steps.reached.filter(mayBeLatchkey).map(portOf)
  // That name stands for IPv4 and IPv6, and most servers listen on one of them.
  const counts = (exchange: Exchange) => !(url.hostname === 'localhost' && exchange.status === 0 && listening.includes(portOf(exchange)))
  return steps.reached.filter(counts).flatMap((exchange) => addressFindings(exchange, url))
}

function addressFindings(exchange: Exchange, url: URL): readonly Finding[] {
  const { address, failure, status, path } = exchange
  if (failure !== null) return [{ what: `${address} does not answer: ${failure}.`, fix: fixForFailure(failure, url) }]
  if (mayBeLatchkey(exchange)) return []
  const location = header(exchange, 'location')
  if (status >= 300 && status < 400 && location !== undefined)
    return [{ what: `${address} sends visitors on to ${originOf(location, url)}.`, fix: 'Name the address that people end up at.' }]
  return [
    {
      what: `${path} at ${address} is answered with ${status} by something that is not Latchkey.`,
      fix: 'Hand /access/, /.well-known/jwks.json and /.well-known/oauth-authorization-server over to Latchkey with their whole path: nginx `location /access/ { proxy_pass http://latchkey; }`. Look whether Latchkey runs there. In a server of yours its routes come before those that answer everything.',
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
    return `Serve a certificate for ${hostname} with its whole chain. One of an authority of your own is made known by NODE_EXTRA_CA_CERTS=FILE.`
  if (failure === 'ECONNREFUSED') return 'Start what should listen there, or take the address out of the name service.'
  return 'Look at what listens there, and at firewalls between; or take the address out of the name service.'
}
