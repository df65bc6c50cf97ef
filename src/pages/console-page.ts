// The initial page of the account and admin UIs: their scripts replace the main part.

import { html } from 'hono/html'
import type { RouteContext } from '../http/route.ts'
import type { Page } from './document.ts'
import type { Language } from './language.ts'
import { TEXTS, type Texts } from './texts.ts'

/** @param path the path of the page */
export function consolePage(
  path: string,
  title: keyof Texts,
  loading: keyof Texts,
): (call: RouteContext<unknown, unknown>, language: Language) => Page {
  return (call, language) => {
    const texts = TEXTS[language]
    return {
      language,
      texts,
      title: texts[title],
      inLanguage: (other) => `${path}?lang=${other}`,
      nonce: call.engine.secrets.randomId(),
      main: html`<h1>${texts[title]}</h1><p role="status">${texts[loading]}</p><noscript><p>${texts.needsScript}</p></noscript>`,
    }
  }
}
