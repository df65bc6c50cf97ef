// Which language a page is in: what was asked for by a link, else what was chosen before, else what the browser prefers
// (RFC 9110, 12.5.4).

import type { CookieSettings } from '../domain/cookies.ts'
import type { Incoming } from '../http/message.ts'

export const LANGUAGES = ['en', 'zh-CN'] as const
export type Language = (typeof LANGUAGES)[number]

const YEAR = 31_536_000

type Asked = Pick<Incoming, 'query' | 'header'>

/** @param stem what the names of our cookies begin with */
export function languageOf(request: Asked, stem: string): Language {
  return askedFor(request) ?? chosenBefore(request.header('cookie'), stem) ?? preferred(request.header('accept-language') ?? '')
}

/** The Set-Cookie value that keeps a choice, where one was made. */
export function keepChoice(request: Asked, { stem, secure }: Pick<CookieSettings, 'stem' | 'secure'>): readonly string[] {
  const chosen = askedFor(request)
  return chosen ? [`${cookieName(stem)}=${chosen}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure ? '; Secure' : ''}`] : []
}

function askedFor(request: Asked): Language | undefined {
  return known(new URLSearchParams(request.query).get('lang'))
}

/** It holds a choice and tells nothing of anybody, so scripts may read it. */
function cookieName(stem: string): string {
  return `${stem}_language`
}

function chosenBefore(cookies: string | null, stem: string): Language | undefined {
  return known(new RegExp(`(?:^|;)[ \\t]*${cookieName(stem)}=([\\w-]+)`).exec(cookies ?? '')?.[1])
}

function known(text: string | null | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === text)
}

function preferred(acceptLanguage: string): Language {
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
