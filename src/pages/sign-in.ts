// The sign-in page: the form, the reason that it is shown, and the compromise notice.

import { html } from 'hono/html'
import { interpolate } from '../client/interpolate.ts'
import { DAY } from '../domain/time.ts'
import type { RouteContext } from '../http/route.ts'
import { type SignInStateOrUnknown, signInStateKey } from '../http/sign-in-state.ts'
import type { Markup, Page } from './document.ts'
import { formFooter, passwordField, rememberField, usernameField } from './fields.ts'
import { hasSignInCookie } from './has-sign-in-cookie.ts'
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
      // Scripts cannot read the HttpOnly cookies, so the server says whether there is one to try.
      ...(hasSignInCookie(call) && requestedReason !== 'fresh' && { 'has-sign-in-cookie': '' }),
    },
    main: html`<section id="sign-in-form"><h1>${texts.signInTitle}</h1>
<p class="notice${isCompromise(reason) ? ' alarm' : ''}" role="status" id="notice"${notice === undefined ? html` hidden` : ''}>${notice === undefined ? '' : texts[notice]}</p>
${state.status === 'session' && reason !== 'fresh' ? html`<noscript><p class="notice">${interpolate(texts.signedIn, { name: state.username })} <a href="${returnUrl}">${texts.continue}</a></p></noscript>` : ''}
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

/** Why the form is shown: the state of the cookies takes precedence over the URL. */
function reasonFor(requestedReason: string, state: SignInStateOrUnknown): string {
  if (state.status === 'signed-out') return state.reason ?? requestedReason
  return ALLOWED_REASONS[state.status].includes(requestedReason) ? requestedReason : ''
}

/** Reasons that the URL may give while the user is signed in, or while the state is unknown. */
const ALLOWED_REASONS: Readonly<Record<Exclude<SignInStateOrUnknown['status'], 'signed-out'>, readonly string[]>> = {
  session: ['fresh'],
  remember_me: ['fresh', 'idle', 'expired'],
  device_proof_missing: ['fresh', 'device'],
  unknown: ['fresh'],
}

/** Shown instead of an automatic redirect after a redirect loop. */
function signedInPanel(texts: Texts): Markup {
  return html`<section id="signed-in" hidden><h1 tabindex="-1">${texts.signedIn}</h1>
<p><a class="primary" data-continue href="${HOME}">${texts.continue}</a></p>
<p class="other"><button type="button" class="plain" id="different-user">${texts.differentUser}</button></p></section>`
}

/** Empty here: the script fills in the evidence after the sign-in. */
function compromisePanel(texts: Texts): Markup {
  return html`<section id="compromise" hidden><h1 tabindex="-1">${texts.compromiseTitle}</h1>
<p class="notice alarm" id="compromise-text"></p><p id="compromise-before"></p><p>${texts.compromiseAdvice}</p>
<p class="actions"><a class="primary" href="${HOME}">${texts.toAccount}</a> <a class="secondary" data-continue href="${HOME}">${texts.continue}</a></p></section>`
}

/** The query for another page or another language: keeps the return URL and the reason. */
export function preservedQuery(query: string, language: Language): string {
  const preserved = new URLSearchParams({ lang: language })
  for (const name of ['return', 'reason']) {
    const value = new URLSearchParams(query).get(name)
    if (value !== null) preserved.set(name, value)
  }
  return preserved.toString()
}
