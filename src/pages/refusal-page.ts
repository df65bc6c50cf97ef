// The error page for browser navigations. It repeats nothing of the request.

import { html } from 'hono/html'
import { interpolate } from '../client/interpolate.ts'
import type { AuthError, ErrorCode } from '../domain/errors.ts'
import { STATUS } from '../http/problem.ts'
import type { ErrorPage, RouteResult } from '../http/route.ts'
import { BUILT_ASSETS } from './assets.ts'
import { type Markup, renderPage } from './document.ts'
import { errorMessage } from './errors-page.ts'
import { type Language, languageOf } from './language.ts'
import { REFUSAL_TEXTS } from './refusal-texts.ts'
import { HOME } from './sign-in.ts'
import { TEXTS } from './texts.ts'

/** Errors that a retry may resolve. */
const TRANSIENT_CODES: ReadonlySet<ErrorCode> = new Set(['rate.limited', 'server.busy', 'store.unavailable', 'request.malformed'])

/** @param stem the prefix of our cookie names: the language is in one of them */
export function refusalPageWith(stem: string): ErrorPage {
  return async (request, error, requestId) => renderRefusal(error, requestId, languageOf(request, stem))
}

async function renderRefusal(error: AuthError, requestId: string, language: Language): Promise<RouteResult | undefined> {
  const entry = BUILT_ASSETS.entry('pages')
  if (entry === undefined) return undefined
  const { title, text } = textOf(error, language)
  const texts = REFUSAL_TEXTS[language]
  const { code } = error
  const page = {
    language,
    texts: TEXTS[language],
    title,
    // A relative URL with only a query keeps the path of the page.
    inLanguage: (other: Language) => `?lang=${other}`,
    main: html`<section><p class="error-status">${STATUS[code]}</p><h1>${title}</h1><p>${text}</p>
<p class="actions">${actionsFor(code, language)}</p>
<p class="hint small-print"><a href="/docs/errors?lang=${language}#${code}">${texts.meaning}</a> · ${texts.requestId} <code>${requestId}</code></p></section>`,
  }
  return renderPage(page, entry)
}

function textOf({ code, detail }: AuthError, language: Language): { readonly title: string; readonly text: string } {
  const { codes, otherText } = REFUSAL_TEXTS[language]
  const { title, text } = codes[code] ?? { title: errorMessage(code, language), text: otherText }
  return { title, text: interpolate(text, { seconds: detail.retryAfter ?? 60 }) }
}

function actionsFor(code: ErrorCode, language: Language): Markup {
  const { tryAgain, toAccount, toSignIn } = REFUSAL_TEXTS[language]
  // An empty `href` is the current URL.
  if (TRANSIENT_CODES.has(code)) return html`<a class="primary" href="">${tryAgain}</a>`
  return html`<a class="primary" href="${HOME}?lang=${language}">${toAccount}</a> <a class="secondary" href="/sign-in?lang=${language}">${toSignIn}</a>`
}
