// Checks that the cookies arrive as Latchkey sent them, and that no other cookie has the same name.

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

/** Two cookies of one name in different scopes: browsers send both, in an undefined order. */
export const checkDuplicateCookies: CheckFunction = ({ steps }) => {
  const [signIn] = steps.signIn
  const stem = signIn === undefined ? '' : cookieNameFromSignIn(signIn)
  const own = signIn === undefined ? [] : parseSetCookies(signIn).filter(({ name }) => cookiePurpose(name, stem) !== undefined)
  const duplicates = own.filter(({ name }, index) => own.findIndex((other) => other.name === name) < index).map(({ name }) => name)
  const fromOthers = [...steps.startPage, ...steps.signedOut, ...steps.signInPage]
    .flatMap(parseSetCookies)
    .filter(({ name, attributes }) => own.some((other) => other.name === name) && attributes.get('max-age') !== '0')
    .map(({ name }) => name)
  const names = [...new Set([...duplicates, ...fromOthers])]
  return names.map((name) => ({
    what: `Something besides Latchkey sets a cookie named ${name}, and browsers then send two of that name. Latchkey has to find its own with every request; where it cannot, users must sign in again.`,
    fix: `Remove the other cookie: search for ${name} in the proxy (nginx \`add_header Set-Cookie\`) and in the applications of this domain and its parent. If it comes from another Latchkey, give one of the two another LATCHKEY_COOKIE_NAME.`,
  }))
}

function cookieFindings({ name, attributes }: ParsedSetCookie, purpose: string | undefined, mustBeSecure: boolean): readonly Finding[] {
  const domain = attributes.get('domain')
  const path = attributes.get('path')
  const found: (Finding | false)[] = [
    domain !== undefined &&
      !name.startsWith('__Secure-') && {
        what: `${name} arrived with Domain=${domain}: ${name.startsWith('__Host-') ? 'browsers reject such a cookie' : 'every server of that domain receives it, and an older cookie without Domain stays beside it'}.`,
        fix: `nginx: remove \`proxy_cookie_domain\`. Other proxies: stop rewriting Set-Cookie. To sign in across sub-domains, set LATCHKEY_COOKIE_DOMAIN=${domain.replace(/^\./, '')}.`,
      },
    path !== '/' && {
      what: `${name} arrived with ${path === undefined ? 'no Path' : `Path=${path}`} instead of Path=/.`,
      fix: 'nginx: remove `proxy_cookie_path`. Other proxies: stop rewriting Set-Cookie.',
    },
    !attributes.has('httponly') && {
      what: `${name} arrived without HttpOnly: scripts can read it.`,
      fix: 'nginx: remove `proxy_cookie_flags … nohttponly`. Other proxies: stop rewriting Set-Cookie.',
    },
    !/^(?:lax|strict|none)$/i.test(attributes.get('samesite') ?? '') && {
      what: `${name} arrived without SameSite.`,
      fix: 'nginx: remove `proxy_cookie_flags … nosamesite`. Other proxies: stop rewriting Set-Cookie.',
    },
    mustBeSecure &&
      !attributes.has('secure') && {
        what: `${name} arrived without Secure: browsers also send it over plain HTTP.`,
        fix: 'nginx: remove `proxy_cookie_flags … nosecure`. Other proxies: stop rewriting Set-Cookie.',
      },
    mustBeSecure &&
      !/^__(?:Host|Secure)-/.test(name) && {
        what: `${name} arrived without the prefix __Host-, with which browsers enforce Secure, Path=/ and no Domain.`,
        fix: 'Stop renaming cookies in the proxy.',
      },
    purpose === 'session' &&
      (attributes.has('expires') || attributes.has('max-age')) && {
        what: `${name} arrived with Expires or Max-Age: it would outlive the browser session.`,
        fix: 'Stop adding Expires or Max-Age to cookies in the proxy.',
      },
    purpose === 'remember' &&
      !attributes.has('max-age') && {
        what: `${name} arrived without Max-Age: no remember-me login would survive the browser session.`,
        fix: 'Stop removing Max-Age from cookies in the proxy.',
      },
  ]
  return found.filter((finding) => finding !== false)
}

function missingCookie(count: number): Finding {
  return {
    what: `${count === 0 ? 'No cookie' : 'Only one of two cookies'} arrived with the sign-in: no user stays signed in.`,
    fix: 'nginx: remove `proxy_hide_header Set-Cookie` and `proxy_ignore_headers Set-Cookie`. Other proxies: pass Set-Cookie on.',
  }
}
