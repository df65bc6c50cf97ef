// The signed-out page. It shows the state of this browser's cookies, however the user got here.

import { html } from 'hono/html'
import { interpolate } from '../client/interpolate.ts'
import type { RouteContext } from '../http/route.ts'
import { type SignInStateOrUnknown, signInStateKey } from '../http/sign-in-state.ts'
import type { Markup, Page } from './document.ts'
import type { Language } from './language.ts'
import { HOME, preservedQuery } from './sign-in.ts'
import { SIGNED_OUT_TEXTS, type SignedOutTexts } from './signed-out-texts.ts'
import { TEXTS } from './texts.ts'

export function signedOutPage(call: RouteContext<unknown, unknown>, language: Language, state: SignInStateOrUnknown): Page {
  const texts = SIGNED_OUT_TEXTS[language]
  const { query } = call.request
  const { title, text } = messageFor(state, texts)
  return {
    language,
    texts: TEXTS[language],
    title,
    inLanguage: (other) => `/signed-out?${preservedQuery(query, other)}`,
    pageData: { page: 'signed-out', state: signInStateKey(state), ...(hasButton(state) && { texts: scriptTexts(texts) }) },
    main: html`<section><h1 tabindex="-1">${title}</h1><p>${text}</p>
${actionsOf(state, texts, `/sign-in?${preservedQuery(query, language)}`)}</section>`,
  }
}

/** Whether the user is, or may be, still signed in. */
function hasButton({ status }: SignInStateOrUnknown): boolean {
  return status !== 'signed-out' && status !== 'unknown'
}

function scriptTexts({ signOutFailed, sending }: SignedOutTexts): string {
  return JSON.stringify({ signOutFailed, sending })
}

function messageFor(state: SignInStateOrUnknown, texts: SignedOutTexts): { readonly title: string; readonly text: string } {
  switch (state.status) {
    case 'signed-out':
      return { title: texts.signedOutTitle, text: texts.signedOutText }
    case 'session':
      return { title: interpolate(texts.sessionTitle, { name: state.username }), text: texts.sessionText }
    case 'remember_me':
      return { title: interpolate(texts.rememberMeTitle, { name: state.username }), text: texts.rememberMeText }
    case 'device_proof_missing':
      return { title: texts.deviceProofMissingTitle, text: texts.deviceProofMissingText }
    case 'unknown':
      return { title: texts.unknownTitle, text: texts.unknownText }
  }
}

function actionsOf({ status }: SignInStateOrUnknown, texts: SignedOutTexts, signIn: string): Markup {
  if (status === 'signed-out') return html`<p class="actions"><a class="primary" href="${signIn}">${texts.signInAgain}</a></p>`
  const account = html`<a class="secondary" href="${HOME}">${texts.toAccount}</a>`
  // An empty `href` is the current URL.
  if (status === 'unknown') return html`<p class="actions"><a class="primary" href="">${texts.tryAgain}</a> ${account}</p>`
  return html`<p class="problem" role="alert" id="problem" hidden></p>
<p class="actions"><button type="button" class="primary" id="sign-out" disabled>${texts.signOut}</button> ${account}</p>
<p class="progress" role="status" id="progress"></p>
<noscript><p class="problem">${texts.signOutNeedsScript}</p></noscript>`
}
