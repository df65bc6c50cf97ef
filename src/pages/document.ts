// The HTML document of every page: language, styles, script, and security headers.

import { html, raw } from 'hono/html'
import type { RouteResult } from '../http/route.ts'
import type { Entry } from './assets.ts'
import { LANGUAGES, type Language } from './language.ts'
import type { Texts } from './texts.ts'

export type Markup = ReturnType<typeof html>

export interface Page {
  readonly language: Language
  readonly title: string
  /** Data for the script, as `data-` attributes of the body. */
  readonly pageData?: Readonly<Record<string, string>>
  readonly main: Markup
  /** A CSP nonce for UI libraries that create styles at run time; none by default. */
  readonly nonce?: string
  /** The URL of this page in another language. */
  readonly inLanguage: (language: Language) => string
  readonly texts: Texts
}

export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230f766e'/%3E%3Ccircle cx='12' cy='16' r='5' fill='none' stroke='white' stroke-width='3'/%3E%3Cpath d='M17 16h9m-4 0v5' stroke='white' stroke-width='3' fill='none'/%3E%3C/svg%3E"

/** A page depends on the sign-in and on the language. */
export const VARY = 'Cookie, Accept-Language'

export const ASSET_PATH = '/access/assets/'

function pageHeaders(nonce: string | undefined): Readonly<Record<string, string>> {
  const styles = nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    styles,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    // With `no-referrer`, forms of a page would send `Origin: null`.
    'referrer-policy': 'same-origin',
    vary: VARY,
  }
}

/** Renders the document around the main part of a page. */
export async function renderPage(page: Page, entry: Entry): Promise<RouteResult> {
  const { language, title, pageData = {}, main, nonce, inLanguage, texts } = page
  const attributes = Object.entries(pageData).map(([name, value]) => html` data-${raw(name)}="${value}"`)
  const body = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${nonce === undefined ? '' : html`<meta property="csp-nonce" nonce="${nonce}">`}
<title>${title} · Latchkey</title>
<link rel="icon" href="${ICON}">
${entry.styles.map((style) => html`<link rel="stylesheet" href="${ASSET_PATH}${style}">`)}
<script type="module" src="${ASSET_PATH}${entry.script}"></script>
</head>
<body${attributes}>
<a class="skip" href="#content">${texts.skip}</a>
<header class="top"><a class="brand" href="/" aria-label="Latchkey">${KEY}<span>Latchkey</span></a>
<nav aria-label="${texts.language}">${LANGUAGES.map((each) => languageLink(each, language, inLanguage))}</nav></header>
<main id="content" tabindex="-1">${main}</main>
</body>
</html>`
  return { content: { type: 'text/html; charset=utf-8', body: String(await body) }, headers: pageHeaders(nonce) }
}

const KEY = html`<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><rect width="32" height="32" rx="8" fill="currentColor"/><g fill="none" stroke="var(--ground)" stroke-width="3"><circle cx="12" cy="16" r="5"/><path d="M17 16h9m-4 0v5"/></g></svg>`

const NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '中文' }

function languageLink(each: Language, current: Language, inLanguage: (language: Language) => string): Markup {
  return each === current
    ? html`<a href="${inLanguage(each)}" lang="${each}" hreflang="${each}" aria-current="true">${NAMES[each]}</a>`
    : html`<a href="${inLanguage(each)}" lang="${each}" hreflang="${each}">${NAMES[each]}</a>`
}
