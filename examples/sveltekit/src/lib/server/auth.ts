// Who a request is, for whatever reads or changes something. Asked in every load function, action and route.

import { error, type RequestEvent, redirect } from '@sveltejs/kit'
import { type AuthError, type ClientInfo, type Principal, statusOf } from 'latchkey'

/** For load functions: who is signed in; whoever is not is sent to sign in, and then back here. */
export function requireSignedIn({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>): Principal {
  return locals.auth.ok ? locals.auth.principal : toSignIn(url)
}

export function toSignIn(url: URL): never {
  redirect(303, `/sign-in?return=${encodeURIComponent(url.pathname + url.search)}`)
}

/** For actions and routes: stops with the refusal. Of a request with a cookie alone it is `csrf.header_required`. */
export function refuse(refusal: AuthError): never {
  const { code, message } = refusal
  error(statusOf(refusal), { message, code })
}

/** For actions and routes: who sent a token, or the session's credential, in the Authorization header. */
export function requirePrincipal({ locals }: Pick<RequestEvent, 'locals'>): Principal {
  return locals.auth.ok ? locals.auth.principal : refuse(locals.auth.error)
}

/** Where a request comes from, for the user's record. */
export function clientInfoOf(event: RequestEvent): ClientInfo {
  return { ip: event.getClientAddress(), userAgent: event.request.headers.get('user-agent') ?? '' }
}
