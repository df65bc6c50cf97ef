// The page after signing out. It says what the cookies of this browser show, whatever led here.

import { html } from 'hono/html'
import { filled } from '../client/filled.ts'
import type { Call } from '../http/route.ts'
import { type KnownState, keyOfState } from '../http/sign-in-state.ts'
import type { Markup, Page } from './document.ts'
import type { Language } from './language.ts'
import { HOME, keeping } from './sign-in.ts'
import { SIGNED_OUT_TEXTS, type SignedOutTexts } from './signed-out-texts.ts'
import { TEXTS } from './texts.ts'

export function signedOutPage(call: Call<unknown, unknown>, language: Language, state: KnownState): Page {
  const texts = SIGNED_OUT_TEXTS[language]
  const { query } = call.request
  const { title, text } = whatItSays(state, texts)
  return {
    language,
    texts: TEXTS[language],
    title,
    inLanguage: (other) => `/signed-out?${keeping(query, other)}`,
    known: { page: 'signed-out', state: keyOfState(state), ...(hasButton(state) && { texts: textsOfScript(texts) }) },
    main: html`<section><h1 tabindex="-1">${title}</h1><p>${text}</p>
${whatToDo(state, texts, `/sign-in?${keeping(query, language)}`)}</section>`,
  }
}

/** Whether there is, or may be, a sign-in to end. */
function hasButton({ is }: KnownState): boolean {
  return is !== 'signed-out' && is !== 'unknown'
}

function textsOfScript({ signOutFailed, sending }: SignedOutTexts): string {
  return JSON.stringify({ signOutFailed, sending })
}

function whatItSays(state: KnownState, texts: SignedOutTexts): { readonly title: string; readonly text: string } {
  switch (state.is) {
    case 'signed-out':
      return { title: texts.signedOutTitle, text: texts.signedOutText }
    case 'session':
      return { title: filled(texts.sessionTitle, { name: state.username }), text: texts.sessionText }
    case 'remember_me':
      return { title: filled(texts.rememberedTitle, { name: state.username }), text: texts.rememberedText }
    case 'unproven':
      return { title: texts.unprovenTitle, text: texts.unprovenText }
    case 'unknown':
      return { title: texts.unknownTitle, text: texts.unknownText }
  }
}

function whatToDo({ is }: KnownState, texts: SignedOutTexts, signIn: string): Markup {
  if (is === 'signed-out') return html`<p class="actions"><a class="primary" href="${signIn}">${texts.signInAgain}</a></p>`
  const account = html`<a class="secondary" href="${HOME}">${texts.toAccount}</a>`
  // An empty address is that of this page.
  if (is === 'unknown') return html`<p class="actions"><a class="primary" href="">${texts.tryAgain}</a> ${account}</p>`
  return html`<p class="problem" role="alert" id="problem" hidden></p>
<p class="actions"><button type="button" class="primary" id="sign-out" disabled>${texts.signOut}</button> ${account}</p>
<p class="progress" role="status" id="progress"></p>
<noscript><p class="problem">${texts.signOutNeedsScript}</p></noscript>`
}
