// The registration page, with a hint of how hard the password is to guess while it is typed.

import { html } from 'hono/html'
import { filled } from '../client/filled.ts'
import { DAY } from '../domain/time.ts'
import type { Call } from '../http/route.ts'
import { type KnownState, keyOfState } from '../http/sign-in-state.ts'
import { BUILT_ASSETS } from './assets.ts'
import type { Markup, Page } from './document.ts'
import { formEnd, passwordField, rememberField, usernameField } from './fields.ts'
import type { Language } from './language.ts'
import { judgeReturn } from './return-address.ts'
import { HOME, keeping } from './sign-in.ts'
import { TEXTS, type Texts } from './texts.ts'

export function registerPage(call: Call<unknown, unknown>, language: Language, state: KnownState): Page {
  const texts = TEXTS[language]
  const { query } = call.request
  const { policy } = call.parts
  const min = policy.passwordMin
  const strength = html`<div class="strength"><meter id="strength" min="0" max="4" low="2" high="3" optimum="4" value="0" aria-label="${texts.strengthLabel}"></meter>
<span id="strength-text" role="status"></span></div><p class="hint" id="password-hint">${filled(texts.passwordHint, { min })}</p>`
  const form = html`<form method="post" id="form" novalidate>
${usernameField(texts, texts.usernameHint)}
${passwordField(texts, 'new-password', strength)}
${rememberField(texts, Math.round(policy.rememberLifetime / DAY))}
${formEnd(texts, texts.register)}
</form>`
  return {
    language,
    texts,
    title: texts.registerTitle,
    inLanguage: (other) => `/register?${keeping(query, other)}`,
    known: {
      page: 'register',
      state: keyOfState(state),
      return: judgeReturn(new URLSearchParams(query).get('return'), call.app.publicUrl, policy.allowedOrigins, HOME),
      texts: JSON.stringify(texts),
      min: String(min),
      words: BUILT_ASSETS.entry('words')?.script ?? '',
    },
    main: html`<section id="ask"><h1>${texts.registerTitle}</h1>
${policy.registration === 'open' ? signInThatEnds(state, texts) : ''}
${policy.registration === 'open' ? form : html`<p class="notice">${texts.registrationClosed}</p>`}
<p class="other">${texts.haveAccount} <a href="/sign-in?${keeping(query, language)}">${texts.signIn}</a></p></section>`,
  }
}

/** Whoever is signed in is told so, and what a new account does to that. */
function signInThatEnds(state: KnownState, texts: Texts): Markup | string {
  if (state.is !== 'session' && state.is !== 'remember_me') return ''
  const text = state.is === 'session' ? texts.registerSignedIn : texts.registerRemembered
  return html`<p class="notice" id="notice">${filled(text, { name: state.username })} <a href="${HOME}">${texts.toMyAccount}</a></p>`
}
