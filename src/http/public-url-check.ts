// The address that a request shows, beside the one that is set: a deployment whose LATCHKEY_PUBLIC_URL is wrong or missing is told so.
// It is a hint and nothing else: anybody can send these headers, and no answer depends on them.

import type { HttpRequest } from './message.ts'
import type { Route } from './route.ts'

type HeaderSource = Pick<HttpRequest, 'header'>

/** A name and a port, or an address and a port. Nothing else of what was sent gets into a log. */
const HOST = /^[a-z0-9._-]{1,253}(?::\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/i

/**
 * The origin that people seem to use; undefined where it is the public one, or where the request does not tell.
 *
 * @param publicOrigin scheme, host and port of the public address
 */
export function observedOrigin(publicOrigin: string, request: HeaderSource): string | undefined {
  const shown = browserOrigin(request) ?? forwardedOrigin(publicOrigin, request)
  return shown === undefined || shown === publicOrigin ? undefined : shown
}

/** Where the page itself was loaded from. The origin of another site's page tells nothing of ours. */
function browserOrigin(request: HeaderSource): string | undefined {
  const address = originOf(request.header('origin'))
  if (address === undefined) return undefined
  if (request.header('sec-fetch-site') === 'same-origin') return address
  const { host } = new URL(address)
  return [request.header('host'), forwarded(request).host].some((each) => each?.toLowerCase() === host) ? address : undefined
}

/** What the connection was asked for, as far as proxies pass it on. */
function forwardedOrigin(publicOrigin: string, request: HeaderSource): string | undefined {
  const { host, proto } = forwarded(request)
  const own = new URL(publicOrigin)
  const shown = originOf(`${proto ?? own.protocol.slice(0, -1)}://${host ?? request.header('host') ?? ''}`)
  // By the names of this machine come health checks and proxies that write a host of their own, and both tell nothing.
  if (shown === undefined || (host === undefined && proto === undefined && isLoopback(new URL(shown).hostname))) return undefined
  return shown
}

function forwarded(request: HeaderSource): { readonly host: string | undefined; readonly proto: 'http' | 'https' | undefined } {
  const standard = request.header('forwarded')?.slice(0, 1_000)
  const host = first(request.header('x-forwarded-host')) ?? /(?:^|[;,]\s*)host="?([^;,"]+)/i.exec(standard ?? '')?.[1]
  const proto = (first(request.header('x-forwarded-proto')) ?? /(?:^|[;,]\s*)proto="?(https?)/i.exec(standard ?? '')?.[1])?.toLowerCase()
  return {
    host: host !== undefined && HOST.test(host) ? host : undefined,
    proto: proto === 'http' || proto === 'https' ? proto : undefined,
  }
}

function first(list: string | null): string | undefined {
  const value = list?.slice(0, 1_000).split(',', 1)[0]?.trim()
  return value === '' ? undefined : value
}

function originOf(text: string | null): string | undefined {
  const [scheme = '', host = ''] = text?.split('://', 2) ?? []
  if ((scheme !== 'http' && scheme !== 'https') || !HOST.test(host) || !URL.canParse(`${scheme}://${host}`)) return undefined
  return new URL(`${scheme}://${host}`).origin
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** Looks at requests until one shows another address, and warns of that one, once. */
export function createPublicUrlCheck(publicUrl: string, onWarning: (warning: string) => void): (request: HeaderSource) => void {
  const { origin } = new URL(publicUrl)
  let isDone = false
  return (request) => {
    if (isDone) return
    const shown = observedOrigin(origin, request)
    if (shown === undefined) return
    isDone = true
    onWarning(
      `publicUrl (LATCHKEY_PUBLIC_URL) is ${origin}, but a request shows ${shown}. Cookies, the own origin and the issuer of tokens follow the setting: set it to the address that people see, or have the proxy in front pass on the Host that it was asked for.`,
    )
  }
}

/** What people open, and what signs them in: seldom asked for beside the checks of sessions, which pay nothing for it. */
export function withPublicUrlCheck(
  routes: readonly Route[],
  pages: readonly Route[],
  watch: (request: HeaderSource) => void,
): readonly Route[] {
  const watched = (route: Route): Route => ({
    ...route,
    run: (call) => {
      watch(call.request)
      return route.run(call)
    },
  })
  return [
    ...routes.map((route) => (route.auth === 'allowed-origin' ? watched(route) : route)),
    ...pages.map((page) => (page.path.includes(':') ? page : watched(page))),
  ]
}
