// Well-known paths that browsers, password managers and search engines request by themselves.

import { openRoute, type Route } from '../http/route.ts'
import { ICON } from './document.ts'
import { HOME } from './sign-in.ts'

/** The password section of the account page; its script moves the focus there. */
const CHANGE_PASSWORD = `${HOME}#password`

const DAY = 'public, max-age=86400'

export const wellKnownPaths: readonly Route[] = [
  openRoute({
    method: 'GET',
    path: '/.well-known/change-password',
    auth: 'none',
    summary: 'Redirects to the password change (A Well-Known URL for Changing Passwords, W3C).',
    responses: { 303: null },
    run: async () => ({ status: 303, headers: { location: CHANGE_PASSWORD } }),
  }),
  openRoute({
    method: 'GET',
    path: '/favicon.ico',
    auth: 'none',
    summary: 'The icon.',
    responses: { 200: null },
    run: async () => ({ content: { type: 'image/svg+xml', body: svgOf(ICON) }, headers: { 'cache-control': DAY } }),
  }),
  openRoute({
    method: 'GET',
    path: '/robots.txt',
    auth: 'none',
    summary: 'Excludes search engines.',
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
