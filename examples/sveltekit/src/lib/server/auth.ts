// Authorization of a request. Call it in every load function, action and route that reads or changes data.

import { error, type RequestEvent, redirect } from '@sveltejs/kit'
import { type AuthError, type ClientInfo, type Principal, statusOf } from 'latchkey'

/** For load functions: returns the signed-in user, or redirects to the sign-in page, which returns here. */
export function requireSignedIn({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>): Principal {
  return locals.auth.ok ? locals.auth.principal : redirectToSignIn(url)
}

export function redirectToSignIn(url: URL): never {
  redirect(303, `/sign-in?return=${encodeURIComponent(url.pathname + url.search)}`)
}

/** Throws the refusal as an error of SvelteKit. For a change with a cookie alone it is `csrf.header_required`. */
export function refuse(refusal: AuthError): never {
  const { code, message } = refusal
  error(statusOf(refusal), { message, code })
}

/** For actions and routes: returns the user of the credential in the Authorization header. */
export function requirePrincipal({ locals }: Pick<RequestEvent, 'locals'>): Principal {
  return locals.auth.ok ? locals.auth.principal : refuse(locals.auth.error)
}

/** The client's address and user agent, for the audit log. */
export function clientInfoOf(event: RequestEvent): ClientInfo {
  return { ip: event.getClientAddress(), userAgent: event.request.headers.get('user-agent') ?? '' }
}
