// Data that the server put into the page: texts, the return URL, and whether there is a session cookie to try.

import { interpolate } from '../../client/interpolate.ts'
import type { Texts } from '../texts.ts'

const { dataset } = document.body

/** The fragment for the return URL; not that of the link that skips to the content. */
export const fragment = location.hash === '#content' ? '' : location.hash
export const page = dataset.page
export const returnUrl = withFragment(dataset.return ?? '/account')
export const hasSignInCookie = dataset.hasSignInCookie !== undefined
/** The file with the word list of the strength hint. */
export const wordsFile = dataset.words ?? ''
export const reason = dataset.reason ?? ''
export const texts = JSON.parse(dataset.texts ?? '{}') as Texts

const language = document.documentElement.lang

/** The text of a key, with its placeholders replaced. */
export function t(key: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
  return interpolate(texts[key], { min: dataset.min, ...values })
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso))
}

/** `in 5 minutes`, rounded up. @param seconds from now, as in Retry-After */
export function formatRelativeTime(seconds: number): string {
  const [count, unit] =
    seconds < 90
      ? ([seconds, 'second'] as const)
      : seconds < 90 * 60
        ? ([seconds / 60, 'minute'] as const)
        : ([seconds / 3600, 'hour'] as const)
  return new Intl.RelativeTimeFormat(language).format(Math.ceil(count), unit)
}

export function element<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E
}

/** Browsers keep the fragment across redirects, and the server never sees it. So it is added to the return URL here. */
function withFragment(url: string): string {
  return url.includes('#') ? url : url + fragment
}
