// The registration page, with a password strength hint.

import { html } from 'hono/html'
import { interpolate } from '../client/interpolate.ts'
import { DAY } from '../domain/time.ts'
import type { RouteContext } from '../http/route.ts'
import { type SignInStateOrUnknown, signInStateKey } from '../http/sign-in-state.ts'
import { BUILT_ASSETS } from './assets.ts'
import type { Markup, Page } from './document.ts'
import { formFooter, passwordField, rememberField, usernameField } from './fields.ts'
import type { Language } from './language.ts'
import { resolveReturnUrl } from './return-url.ts'
import { HOME, preservedQuery } from './sign-in.ts'
import { TEXTS, type Texts } from './texts.ts'

export function registerPage(call: RouteContext<unknown, unknown>, language: Language, state: SignInStateOrUnknown): Page {
  const texts = TEXTS[language]
  const { query } = call.request
  const { policy } = call.engine
  const min = policy.passwordMin
  const strength = html`<div class="strength"><meter id="strength" min="0" max="4" low="2" high="3" optimum="4" value="0" aria-label="${texts.strengthLabel}"></meter>
<span id="strength-text" role="status"></span></div><p class="hint" id="password-hint">${interpolate(texts.passwordHint, { min })}</p>`
  const form = html`<form method="post" id="form" novalidate>
${usernameField(texts, texts.usernameHint)}
${passwordField(texts, 'new-password', strength)}
${rememberField(texts, Math.round(policy.rememberLifetime / DAY))}
${formFooter(texts, texts.register)}
</form>`
  return {
    language,
    texts,
    title: texts.registerTitle,
    inLanguage: (other) => `/register?${preservedQuery(query, other)}`,
    pageData: {
      page: 'register',
      state: signInStateKey(state),
      return: resolveReturnUrl(new URLSearchParams(query).get('return'), call.app.publicUrl, policy.allowedOrigins, HOME),
      texts: JSON.stringify(texts),
      min: String(min),
      words: BUILT_ASSETS.entry('words')?.script ?? '',
    },
    main: html`<section id="registration-form"><h1>${texts.registerTitle}</h1>
${policy.registration === 'open' ? existingSignInNotice(state, texts) : ''}
${policy.registration === 'open' ? form : html`<p class="notice">${texts.registrationClosed}</p>`}
<p class="other">${texts.haveAccount} <a href="/sign-in?${preservedQuery(query, language)}">${texts.signIn}</a></p></section>`,
  }
}

/** Informs a signed-in user that a new account replaces the sign-in. */
function existingSignInNotice(state: SignInStateOrUnknown, texts: Texts): Markup | string {
  if (state.status !== 'session' && state.status !== 'remember_me') return ''
  const text = state.status === 'session' ? texts.registerSignedIn : texts.registerRememberMe
  return html`<p class="notice" id="notice">${interpolate(text, { name: state.username })} <a href="${HOME}">${texts.toMyAccount}</a></p>`
}
