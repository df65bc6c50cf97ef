// The sign-in page: the form, why it is shown, and after an alarm what happened.

import { html } from 'hono/html'
import { interpolate } from '../client/interpolate.ts'
import { DAY } from '../domain/time.ts'
import type { RouteContext } from '../http/route.ts'
import { type SignInStateOrUnknown, signInStateKey } from '../http/sign-in-state.ts'
import type { Markup, Page } from './document.ts'
import { formFooter, passwordField, rememberField, usernameField } from './fields.ts'
import { hasSessionCookie } from './has-session-cookie.ts'
import type { Language } from './language.ts'
import { resolveReturnUrl } from './return-url.ts'
import { isCompromise, reasonTextKey } from './sign-in-reasons.ts'
import { TEXTS, type Texts } from './texts.ts'

export const HOME = '/account'

export function signInPage(call: RouteContext<unknown, unknown>, language: Language, state: SignInStateOrUnknown): Page {
  const texts = TEXTS[language]
  const { query } = call.request
  const parameters = new URLSearchParams(query)
  const { policy } = call.engine
  const requestedReason = parameters.get('reason') ?? ''
  const reason = reasonFor(requestedReason, state)
  const notice = reasonTextKey(reason)
  const returnUrl = resolveReturnUrl(parameters.get('return'), call.app.publicUrl, policy.allowedOrigins, HOME)
  return {
    language,
    texts,
    title: texts.signInTitle,
    inLanguage: (other) => `/sign-in?${preservedQuery(query, other)}`,
    pageData: {
      page: 'sign-in',
      state: signInStateKey(state),
      return: returnUrl,
      reason,
      texts: JSON.stringify(texts),
      min: String(policy.passwordMin),
      // The cookies are out of a script's reach: whether there are any to try is told by the server.
      ...(hasSessionCookie(call) && requestedReason !== 'fresh' && { try: '' }),
    },
    main: html`<section id="ask"><h1>${texts.signInTitle}</h1>
<p class="notice${isCompromise(reason) ? ' alarm' : ''}" role="status" id="notice"${notice === undefined ? html` hidden` : ''}>${notice === undefined ? '' : texts[notice]}</p>
${state.status === 'session' && reason !== 'fresh' ? html`<noscript><p class="notice">${interpolate(texts.signedIn, { name: state.username })} <a href="${returnUrl}">${texts.goOn}</a></p></noscript>` : ''}
<form method="post" id="form" novalidate>
${usernameField(texts)}
${passwordField(texts, 'current-password')}
${rememberField(texts, Math.round(policy.rememberLifetime / DAY))}
${formFooter(texts, texts.signIn)}
</form>
${policy.registration === 'open' ? html`<p class="other">${texts.noAccount} <a href="/register?${preservedQuery(query, language)}">${texts.register}</a></p>` : ''}
</section>
${signedInPanel(texts)}
${compromisePanel(texts)}`,
  }
}

/** Why the form is shown: what the cookies show is said, whatever the address claims. */
function reasonFor(requestedReason: string, state: SignInStateOrUnknown): string {
  if (state.status === 'signed-out') return state.reason ?? requestedReason
  return ALLOWED_REASONS[state.status].includes(requestedReason) ? requestedReason : ''
}

/** What an address may claim while there is a sign-in, or while nobody can tell. */
const ALLOWED_REASONS: Readonly<Record<Exclude<SignInStateOrUnknown['status'], 'signed-out'>, readonly string[]>> = {
  session: ['fresh'],
  remember_me: ['fresh', 'idle', 'expired'],
  device_proof_missing: ['fresh', 'device'],
  unknown: ['fresh'],
}

/** Shown instead of going on by itself, where going on has just led back here. */
function signedInPanel(texts: Texts): Markup {
  return html`<section id="known" hidden><h1 tabindex="-1">${texts.signedIn}</h1>
<p><a class="primary" data-go href="${HOME}">${texts.goOn}</a></p>
<p class="other"><button type="button" class="plain" id="other-user">${texts.otherUser}</button></p></section>`
}

/** Evidence is for whoever has signed in, so it is empty here and filled in by the script. */
function compromisePanel(texts: Texts): Markup {
  return html`<section id="theft" hidden><h1 tabindex="-1">${texts.theftTitle}</h1>
<p class="notice alarm" id="theft-text"></p><p id="theft-before"></p><p>${texts.theftAdvice}</p>
<p class="actions"><a class="primary" href="${HOME}">${texts.toAccount}</a> <a class="secondary" data-go href="${HOME}">${texts.goOn}</a></p></section>`
}

/** The query of this page for another page or another language: where to return to, and why. */
export function preservedQuery(query: string, language: Language): string {
  const preserved = new URLSearchParams({ lang: language })
  for (const name of ['return', 'reason']) {
    const value = new URLSearchParams(query).get(name)
    if (value !== null) preserved.set(name, value)
  }
  return preserved.toString()
}
