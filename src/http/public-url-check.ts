// Compares the address in requests with LATCHKEY_PUBLIC_URL, and warns once when the setting seems wrong or missing.
// Only a hint: any client can send these headers, and no response depends on them.

import type { HttpRequest } from './message.ts'
import type { Route } from './route.ts'

type HeaderSource = Pick<HttpRequest, 'header'>

/** A name and a port, or an address and a port. Nothing else from the request gets into the log. */
const HOST = /^[a-z0-9._-]{1,253}(?::\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/i

/**
 * The origin that browsers seem to use; undefined where it is the public one, or where the request does not show it.
 *
 * @param publicOrigin scheme, host and port of the public address
 */
export function observedOrigin(publicOrigin: string, request: HeaderSource): string | undefined {
  const shown = browserOrigin(request) ?? forwardedOrigin(publicOrigin, request)
  return shown === undefined || shown === publicOrigin ? undefined : shown
}

/** The origin of the page itself. The origin of another site's page says nothing about ours. */
function browserOrigin(request: HeaderSource): string | undefined {
  const address = originOf(request.header('origin'))
  if (address === undefined) return undefined
  if (request.header('sec-fetch-site') === 'same-origin') return address
  const { host } = new URL(address)
  return [request.header('host'), forwarded(request).host].some((each) => each?.toLowerCase() === host) ? address : undefined
}

/** The origin of the request, as proxies report it. */
function forwardedOrigin(publicOrigin: string, request: HeaderSource): string | undefined {
  const { host, proto } = forwarded(request)
  const own = new URL(publicOrigin)
  const shown = originOf(`${proto ?? own.protocol.slice(0, -1)}://${host ?? request.header('host') ?? ''}`)
  // Health checks, and proxies that send a Host of their own, use loopback names: they show nothing.
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

/** Checks requests until one shows another address, and warns about that one, once. */
export function createPublicUrlCheck(publicUrl: string, onWarning: (warning: string) => void): (request: HeaderSource) => void {
  const { origin } = new URL(publicUrl)
  let isDone = false
  return (request) => {
    if (isDone) return
    const shown = observedOrigin(origin, request)
    if (shown === undefined) return
    isDone = true
    onWarning(
      `publicUrl (LATCHKEY_PUBLIC_URL) is ${origin}, but a request shows ${shown}. Cookies, the own origin and the issuer of tokens follow the setting: set it to the address that users see, or configure the proxy to forward the original Host header.`,
    )
  }
}

/** Checks pages and sign-in routes only: they are rare beside session checks, which pay nothing for it. */
export function withPublicUrlCheck(
  routes: readonly Route[],
  pages: readonly Route[],
  check: (request: HeaderSource) => void,
): readonly Route[] {
  const checked = (route: Route): Route => ({
    ...route,
    run: (context) => {
      check(context.request)
      return route.run(context)
    },
  })
  return [
    ...routes.map((route) => (route.auth === 'allowed-origin' ? checked(route) : route)),
    ...pages.map((page) => (page.path.includes(':') ? page : checked(page))),
  ]
}
