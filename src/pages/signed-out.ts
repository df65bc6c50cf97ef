// The page after signing out: what has ended.

import { html } from 'hono/html'
import type { Call } from '../http/route.ts'
import type { Page } from './document.ts'
import type { Language } from './language.ts'
import { keeping } from './sign-in.ts'
import { TEXTS } from './texts.ts'

export function signedOutPage(call: Call<unknown, unknown>, language: Language): Page {
  const texts = TEXTS[language]
  const { query } = call.request
  return {
    language,
    texts,
    title: texts.signedOutTitle,
    inLanguage: (other) => `/signed-out?${keeping(query, other)}`,
    main: html`<section><h1>${texts.signedOutTitle}</h1><p>${texts.signedOutText}</p>
<p class="actions"><a class="primary" href="/sign-in?${keeping(query, language)}">${texts.signInAgain}</a></p></section>`,
  }
}
