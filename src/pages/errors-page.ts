// The errors page, which the `type` of every problem document links to: status, message, cause and advice for each code.

import { html } from 'hono/html'
import { AuthError, ERROR_CODES, type ErrorCode } from '../domain/errors.ts'
import { STATUS } from '../http/problem.ts'
import type { RouteContext } from '../http/route.ts'
import type { Markup, Page } from './document.ts'
import { ERROR_HELP } from './error-help.ts'
import { CHINESE_MESSAGES } from './error-texts.ts'
import type { Language } from './language.ts'
import { TEXTS, type Texts } from './texts.ts'

export function errorsPage(_call: RouteContext<unknown, unknown>, language: Language): Page {
  const texts = TEXTS[language]
  return {
    language,
    texts,
    title: texts.errorsTitle,
    inLanguage: (other) => `/docs/errors?lang=${other}`,
    main: html`<section class="wide"><h1>${texts.errorsTitle}</h1><p>${renderInlineCode(texts.errorsText)}</p>
<nav aria-label="${texts.errorsTitle}"><ul class="code-list">${ERROR_CODES.map((code) => html`<li><a href="#${code}"><code>${code}</code></a></li>`)}</ul></nav>
<div class="codes">${ERROR_CODES.map((code) => article(code, language, texts))}</div></section>`,
  }
}

/** The API's message for a code, in this language. */
export function errorMessage(code: ErrorCode, language: Language): string {
  return language === 'zh-CN' ? CHINESE_MESSAGES[code] : new AuthError(code).message
}

function article(code: ErrorCode, language: Language, texts: Texts): Markup {
  const { cause, reasons, advice } = ERROR_HELP[language][code]
  return html`<article id="${code}" aria-labelledby="${code}-title"><h2 class="name" id="${code}-title"><a href="#${code}"><code>${code}</code></a> <span class="status">${STATUS[code]}</span></h2>
<p class="message">${errorMessage(code, language)}</p><p>${renderInlineCode(cause)}</p>
${reasons === undefined ? '' : reasonList(reasons)}
<p class="advice"><strong>${texts.errorsAdvice}</strong> ${renderInlineCode(advice)}</p></article>`
}

function reasonList(reasons: Readonly<Record<string, string>>): Markup {
  const rows = Object.entries(reasons)
  return html`<dl class="fields">${rows.map(([reason, meaning]) => html`<div><dt><code>${reason}</code></dt><dd>${renderInlineCode(meaning)}</dd></div>`)}</dl>`
}

/** Renders parts between backticks as code. */
export function renderInlineCode(text: string): Markup {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
