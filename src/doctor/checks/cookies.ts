// The cookies arrive as Latchkey made them, and alone.

import { cookieNameFromSignIn, cookiePurpose } from '../cookie-names.ts'
import type { CheckFunction, Finding } from '../finding.ts'
import { NOT_SIGNED_IN } from '../finding.ts'
import { type ParsedSetCookie, parseSetCookies } from '../set-cookie.ts'
import { claimsOf } from '../token-claims.ts'
import { assumesPlainHttp } from './public-url.ts'

export const checkCookies: CheckFunction = ({ url, steps }) => {
  const [signIn] = steps.signIn
  if (signIn === undefined || claimsOf(signIn) === undefined) return NOT_SIGNED_IN
  const stem = cookieNameFromSignIn(signIn)
  const set = parseSetCookies(signIn).filter(({ name }) => cookiePurpose(name, stem) !== undefined)
  const names = new Set(set.map(({ name }) => cookiePurpose(name, stem)))
  if (!names.has('session') || !names.has('remember')) return [missingCookie(set.length)]
  const mustBeSecure = url.protocol === 'https:' && !assumesPlainHttp(url, steps.signIn)
  const first = set.filter(({ name }, index) => set.findIndex((other) => other.name === name) === index)
  return first.flatMap((cookie) => cookieFindings(cookie, cookiePurpose(cookie.name, stem), mustBeSecure))
}

/** A cookie of one name in two scopes: browsers send both, in no order to rely on. */
export const checkDuplicateCookies: CheckFunction = ({ steps }) => {
  const [signIn] = steps.signIn
  const stem = signIn === undefined ? '' : cookieNameFromSignIn(signIn)
  const own = signIn === undefined ? [] : parseSetCookies(signIn).filter(({ name }) => cookiePurpose(name, stem) !== undefined)
  const twice = own.filter(({ name }, index) => own.findIndex((other) => other.name === name) < index).map(({ name }) => name)
  const elsewhere = [...steps.startPage, ...steps.signedOut, ...steps.signInPage]
    .flatMap(parseSetCookies)
    .filter(({ name, attributes }) => own.some((other) => other.name === name) && attributes.get('max-age') !== '0')
    .map(({ name }) => name)
  const names = [...new Set([...twice, ...elsewhere])]
  return names.map((name) => ({
    what: `Something besides Latchkey sets a cookie named ${name}: a browser then sends two of that name. Latchkey finds out with every request which of them is its own, and where it cannot, people have to sign in again.`,
    fix: `Take that cookie away where it comes from: look for ${name} in the proxy (nginx \`add_header Set-Cookie\`) and in the applications of this and the parent domain. Where it is another Latchkey, give one of the two another LATCHKEY_COOKIE_NAME.`,
  }))
}

function cookieFindings({ name, attributes }: ParsedSetCookie, purpose: string | undefined, mustBeSecure: boolean): readonly Finding[] {
  const domain = attributes.get('domain')
  const path = attributes.get('path')
  const found: (Finding | false)[] = [
    domain !== undefined &&
      !name.startsWith('__Secure-') && {
        what: `${name} came with Domain=${domain}: ${name.startsWith('__Host-') ? 'browsers throw such a cookie away' : 'every server of that domain gets it, and a twin without Domain stays beside it'}.`,
        fix: `Take \`proxy_cookie_domain\` out of nginx, or what rewrites Set-Cookie elsewhere. To sign in across sub-domains, set LATCHKEY_COOKIE_DOMAIN=${domain.replace(/^\./, '')}.`,
      },
    path !== '/' && {
      what: `${name} came with ${path === undefined ? 'no Path' : `Path=${path}`} instead of Path=/.`,
      fix: 'Take `proxy_cookie_path` out of nginx, or what rewrites Set-Cookie elsewhere.',
    },
    !attributes.has('httponly') && {
      what: `${name} came without HttpOnly: scripts can read it.`,
      fix: 'Take `proxy_cookie_flags … nohttponly` out of nginx, or what rewrites Set-Cookie elsewhere.',
    },
    !/^(?:lax|strict|none)$/i.test(attributes.get('samesite') ?? '') && {
      what: `${name} came without SameSite.`,
      fix: 'Take `proxy_cookie_flags … nosamesite` out of nginx, or what rewrites Set-Cookie elsewhere.',
    },
    mustBeSecure &&
      !attributes.has('secure') && {
        what: `${name} came without Secure: it also travels in the clear.`,
        fix: 'Take `proxy_cookie_flags … nosecure` out of nginx, or what rewrites Set-Cookie elsewhere.',
      },
    mustBeSecure &&
      !/^__(?:Host|Secure)-/.test(name) && {
        what: `${name} came without the prefix __Host-, by which browsers themselves hold what it is bound to.`,
        fix: 'Take what renames cookies out of the proxy.',
      },
    purpose === 'session' &&
      (attributes.has('expires') || attributes.has('max-age')) && {
        what: `${name} came with an end of its own: it would outlive the browser.`,
        fix: 'Take what adds Expires or Max-Age to cookies out of the proxy.',
      },
    purpose === 'remember' &&
      !attributes.has('max-age') && {
        what: `${name} came without Max-Age: nobody would be remembered.`,
        fix: 'Take what removes Max-Age from cookies out of the proxy.',
      },
  ]
  return found.filter((finding) => finding !== false)
}

function missingCookie(count: number): Finding {
  return {
    what: `${count === 0 ? 'No cookie' : 'Only one of two cookies'} came with the sign-in: nobody stays signed in.`,
    fix: 'Take `proxy_hide_header Set-Cookie` and `proxy_ignore_headers Set-Cookie` out of nginx, or what drops Set-Cookie elsewhere.',
  }
}
