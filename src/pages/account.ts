// The account page before its script is there, which then draws the main part itself.

import { html } from 'hono/html'
import type { Call } from '../http/route.ts'
import type { Page } from './document.ts'
import type { Language } from './language.ts'
import { HOME } from './sign-in.ts'
import { TEXTS } from './texts.ts'

export function accountPage(call: Call<unknown, unknown>, language: Language): Page {
  const texts = TEXTS[language]
  return {
    language,
    texts,
    title: texts.accountTitle,
    inLanguage: (other) => `${HOME}?lang=${other}`,
    nonce: call.parts.secrets.randomId(),
    main: html`<h1>${texts.accountTitle}</h1><p role="status">${texts.loading}</p><noscript><p>${texts.needsScript}</p></noscript>`,
  }
}
