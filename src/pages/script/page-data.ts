// What the server told this page in its markup: its texts, where to go on to, and whether a cookie is worth a try.

import { interpolate } from '../../client/interpolate.ts'
import type { Texts } from '../texts.ts'

const { dataset } = document.body

/** What of the address is meant for the page that one goes on to: all but the link past the head. */
export const fragment = location.hash === '#content' ? '' : location.hash
export const page = dataset.page
export const returnUrl = withFragment(dataset.return ?? '/account')
export const hasSessionCookie = dataset.try !== undefined
/** The name of the file with the words that passwords are judged by. */
export const wordsFile = dataset.words ?? ''
export const reason = dataset.reason ?? ''
export const texts = JSON.parse(dataset.texts ?? '{}') as Texts

const language = document.documentElement.lang

/** A text with its values in place. */
export function t(text: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
  return interpolate(texts[text], { min: dataset.min, ...values })
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso))
}

/** `in 5 minutes`, never too early. @param seconds from now, as Retry-After says them */
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

/** Browsers take a fragment along to the page that they are sent to instead; the server, which knows where to return to, never sees it. */
function withFragment(address: string): string {
  return address.includes('#') ? address : address + fragment
}
