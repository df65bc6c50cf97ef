// The language of a page: the `lang` parameter, else the language cookie, else Accept-Language (RFC 9110, section 12.5.4).

import type { CookieSettings } from '../domain/cookies.ts'
import type { HttpRequest } from '../http/message.ts'

export const LANGUAGES = ['en', 'zh-CN'] as const
export type Language = (typeof LANGUAGES)[number]

const YEAR = 31_536_000

type LanguageRequest = Pick<HttpRequest, 'query' | 'header'>

/** @param stem the prefix of our cookie names */
export function languageOf(request: LanguageRequest, stem: string): Language {
  return (
    languageFromQuery(request) ??
    languageFromCookie(request.header('cookie'), stem) ??
    languageFromHeader(request.header('accept-language') ?? '')
  )
}

/** The Set-Cookie value that stores the chosen language; empty without a choice. */
export function languageCookie(request: LanguageRequest, { stem, secure }: Pick<CookieSettings, 'stem' | 'secure'>): readonly string[] {
  const language = languageFromQuery(request)
  return language ? [`${cookieName(stem)}=${language}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure ? '; Secure' : ''}`] : []
}

function languageFromQuery(request: LanguageRequest): Language | undefined {
  return parseLanguage(new URLSearchParams(request.query).get('lang'))
}

/** Not HttpOnly: it holds only a language. */
function cookieName(stem: string): string {
  return `${stem}_language`
}

function languageFromCookie(cookies: string | null, stem: string): Language | undefined {
  return parseLanguage(new RegExp(`(?:^|;)[ \\t]*${cookieName(stem)}=([\\w-]+)`).exec(cookies ?? '')?.[1])
}

function parseLanguage(text: string | null | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === text)
}

function languageFromHeader(acceptLanguage: string): Language {
  const ranked = acceptLanguage
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find((found) => found !== undefined)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { tag } of ranked) {
    if (/^zh\b/.test(tag)) return 'zh-CN'
    if (/^en\b/.test(tag)) return 'en'
  }
  return 'en'
}
