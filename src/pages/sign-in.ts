// The sign-in page: the form, why it is shown, and after an alarm what happened.

import { html } from 'hono/html'
import { filled } from '../client/filled.ts'
import { DAY } from '../domain/time.ts'
import type { Call } from '../http/route.ts'
import { type KnownState, keyOfState } from '../http/sign-in-state.ts'
import type { Markup, Page } from './document.ts'
import { formEnd, passwordField, rememberField, usernameField } from './fields.ts'
import type { Language } from './language.ts'
import { mayBeSignedIn } from './may-be-signed-in.ts'
import { isAlarm, noticeFor } from './notices.ts'
import { judgeReturn } from './return-address.ts'
import { TEXTS, type Texts } from './texts.ts'

export const HOME = '/account'

export function signInPage(call: Call<unknown, unknown>, language: Language, state: KnownState): Page {
  const texts = TEXTS[language]
  const { query } = call.request
  const parameters = new URLSearchParams(query)
  const { policy } = call.parts
  const asked = parameters.get('reason') ?? ''
  const reason = reasonFor(asked, state)
  const notice = noticeFor(reason)
  const goOnTo = judgeReturn(parameters.get('return'), call.app.publicUrl, policy.allowedOrigins, HOME)
  return {
    language,
    texts,
    title: texts.signInTitle,
    inLanguage: (other) => `/sign-in?${keeping(query, other)}`,
    known: {
      page: 'sign-in',
      state: keyOfState(state),
      return: goOnTo,
      reason,
      texts: JSON.stringify(texts),
      min: String(policy.passwordMin),
      // The cookies are out of a script's reach: whether there are any to try is told by the server.
      ...(mayBeSignedIn(call) && asked !== 'fresh' && { try: '' }),
    },
    main: html`<section id="ask"><h1>${texts.signInTitle}</h1>
<p class="notice${isAlarm(reason) ? ' alarm' : ''}" role="status" id="notice"${notice === undefined ? html` hidden` : ''}>${notice === undefined ? '' : texts[notice]}</p>
${state.is === 'session' && reason !== 'fresh' ? html`<noscript><p class="notice">${filled(texts.signedIn, { name: state.username })} <a href="${goOnTo}">${texts.goOn}</a></p></noscript>` : ''}
<form method="post" id="form" novalidate>
${usernameField(texts)}
${passwordField(texts, 'current-password')}
${rememberField(texts, Math.round(policy.rememberLifetime / DAY))}
${formEnd(texts, texts.signIn)}
</form>
${policy.registration === 'open' ? html`<p class="other">${texts.noAccount} <a href="/register?${keeping(query, language)}">${texts.register}</a></p>` : ''}
</section>
${signedInAlready(texts)}
${theftPanel(texts)}`,
  }
}

/** Why the form is shown: what the cookies show is said, whatever the address claims. */
function reasonFor(asked: string, state: KnownState): string {
  if (state.is === 'signed-out') return state.reason ?? asked
  return NOT_CONTRADICTED[state.is].includes(asked) ? asked : ''
}

/** What an address may claim while there is a sign-in, or while nobody can tell. */
const NOT_CONTRADICTED: Readonly<Record<Exclude<KnownState['is'], 'signed-out'>, readonly string[]>> = {
  session: ['fresh'],
  remember_me: ['fresh', 'idle', 'expired'],
  unproven: ['fresh', 'device'],
  unknown: ['fresh'],
}

/** Shown instead of going on by itself, where going on has just led back here. */
function signedInAlready(texts: Texts): Markup {
  return html`<section id="known" hidden><h1 tabindex="-1">${texts.signedIn}</h1>
<p><a class="primary" data-go href="${HOME}">${texts.goOn}</a></p>
<p class="other"><button type="button" class="plain" id="other-user">${texts.otherUser}</button></p></section>`
}

/** Evidence is for whoever has signed in, so it is empty here and filled in by the script. */
function theftPanel(texts: Texts): Markup {
  return html`<section id="theft" hidden><h1 tabindex="-1">${texts.theftTitle}</h1>
<p class="notice alarm" id="theft-text"></p><p id="theft-before"></p><p>${texts.theftAdvice}</p>
<p class="actions"><a class="primary" href="${HOME}">${texts.toAccount}</a> <a class="secondary" data-go href="${HOME}">${texts.goOn}</a></p></section>`
}

/** The query of this page for another page or another language: where to return to, and why. */
export function keeping(query: string, language: Language): string {
  const kept = new URLSearchParams({ lang: language })
  for (const name of ['return', 'reason']) {
    const value = new URLSearchParams(query).get(name)
    if (value !== null) kept.set(name, value)
  }
  return kept.toString()
}
