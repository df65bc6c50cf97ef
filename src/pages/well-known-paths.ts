// Paths that browsers, password managers and search engines ask for by themselves, at a fixed place of every site.

import { openRoute, type Route } from '../http/route.ts'
import { ICON } from './document.ts'
import { HOME } from './sign-in.ts'

/** The section of the account page; its script moves the focus there. */
const CHANGE_PASSWORD = `${HOME}#password`

const DAY = 'public, max-age=86400'

export const wellKnownPaths: readonly Route[] = [
  openRoute({
    method: 'GET',
    path: '/.well-known/change-password',
    auth: 'none',
    summary: 'To where the password is changed (A Well-Known URL for Changing Passwords, W3C).',
    responses: { 303: null },
    run: async () => ({ status: 303, headers: { location: CHANGE_PASSWORD } }),
  }),
  openRoute({
    method: 'GET',
    path: '/favicon.ico',
    auth: 'none',
    summary: 'The icon, for browsers that show something else than a page.',
    responses: { 200: null },
    run: async () => ({ content: { type: 'image/svg+xml', body: svgOf(ICON) }, headers: { 'cache-control': DAY } }),
  }),
  openRoute({
    method: 'GET',
    path: '/robots.txt',
    auth: 'none',
    summary: 'Nothing here is for search engines.',
    responses: { 200: null },
    run: async () => ({
      content: { type: 'text/plain; charset=utf-8', body: 'User-agent: *\nDisallow: /\n' },
      headers: { 'cache-control': DAY },
    }),
  }),
]

function svgOf(dataUrl: string): string {
  return decodeURIComponent(dataUrl.slice(dataUrl.indexOf(',') + 1))
}
