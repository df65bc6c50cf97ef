// What the `type` of every refusal links to: its code, its status, and what it says.

import { html } from 'hono/html'
import { AuthError, ERROR_CODES } from '../domain/errors.ts'
import { STATUS } from '../http/problem.ts'
import type { Call } from '../http/route.ts'
import type { Page } from './document.ts'
import { CHINESE_SENTENCES } from './error-texts.ts'
import type { Language } from './language.ts'
import { TEXTS } from './texts.ts'

export function errorsPage(_call: Call<unknown, unknown>, language: Language): Page {
  const texts = TEXTS[language]
  return {
    language,
    texts,
    title: texts.errorsTitle,
    inLanguage: (other) => `/docs/errors?lang=${other}`,
    main: html`<section class="wide"><h1>${texts.errorsTitle}</h1><p>${texts.errorsText}</p>
<dl>${ERROR_CODES.map((code) => html`<div id="${code}"><dt><code>${code}</code> <span class="status">${STATUS[code]}</span></dt><dd>${language === 'zh-CN' ? CHINESE_SENTENCES[code] : new AuthError(code).message}</dd></div>`)}</dl></section>`,
  }
}
