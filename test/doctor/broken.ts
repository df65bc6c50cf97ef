// Deployments with one thing wrong each: what stands in the way of it, which checks find it, and what the mend says.

import { AS_IT_SHOULD_BE, type Lines } from './deployment.ts'

export type ServerKind = 'as it should be' | 'not told its address' | 'ten minutes ahead' | 'alone' | 'without limits'

export const WITH_A_DATABASE_OF_ITS_OWN: ReadonlySet<ServerKind> = new Set(['ten minutes ahead', 'alone'])

export interface Broken {
  readonly lines?: Partial<Lines>
  readonly servers?: readonly ServerKind[]
  readonly finds: readonly string[]
  readonly mends: RegExp
  readonly by?: '127.0.0.1' | '[::1]'
  /** Where Authorization or DELETE do not pass, the user cannot be deleted, and that is said. */
  readonly leavesUser?: true
}

const { location } = AS_IT_SHOULD_BE
const more = (line: string) => ({ location: `${location}\n${line}` })
const buffered = (line: string) => ({ location: `${location.replace('proxy_buffering off;', '')}\n${line}` })
const without = (line: string) => ({ location: location.replace(line, '') })
const FORWARDED_FOR = 'proxy_set_header X-Forwarded-For $remote_addr;'

export const BROKEN: Readonly<Record<string, Broken>> = {
  'TLS at the proxy, of which Latchkey is not told': {
    servers: ['not told its address'],
    finds: ['public-url', 'origin-arrives'],
    mends: /LATCHKEY_PUBLIC_URL=https:\/\/id\.example\.test:\d+/,
  },
  'cookies that are given a Domain': {
    lines: more('proxy_cookie_path / "/; Domain=example.test";'),
    finds: ['cookies'],
    mends: /LATCHKEY_COOKIE_DOMAIN=example\.test/,
  },
  'cookies that lose their flags': {
    lines: more('proxy_cookie_flags ~ nohttponly nosecure nosamesite;'),
    finds: ['cookies'],
    mends: /proxy_cookie_flags/,
  },
  'a cookie of the same name from elsewhere': {
    lines: more('add_header Set-Cookie "__Host-latchkey_session=old; Path=/; Secure" always;'),
    finds: ['cookie-twins'],
    mends: /add_header Set-Cookie/,
  },
  'no cookies at all': {
    lines: more('proxy_hide_header Set-Cookie;'),
    finds: ['cookies', 'cookie-passes'],
    mends: /proxy_hide_header Set-Cookie/,
  },
  'CORS for everybody': {
    lines: more('add_header Access-Control-Allow-Origin * always;'),
    finds: ['foreign-origins', 'allowed-origins'],
    mends: /LATCHKEY_ALLOWED_ORIGINS/,
  },
  'CORS for whoever asks': {
    lines: more('add_header Access-Control-Allow-Origin $http_origin always;\nadd_header Access-Control-Allow-Credentials true always;'),
    finds: ['foreign-origins', 'allowed-origins'],
    mends: /add_header Access-Control-Allow-Origin/,
  },
  'a cache that keeps refusals': {
    lines: buffered('proxy_cache kept;\nproxy_cache_valid any 1m;\nproxy_ignore_headers Cache-Control Vary Set-Cookie;'),
    finds: ['cached'],
    mends: /proxy_cache/,
  },
  'answers that may be kept': { lines: more('expires 1h;'), finds: ['cache-headers'], mends: /expires/ },
  'a clock ten minutes ahead': { servers: ['ten minutes ahead'], finds: ['clock'], mends: /NTP/ },
  'Authorization that does not pass': {
    lines: more('proxy_set_header Authorization "";'),
    finds: ['authorization-passes', 'stream'],
    mends: /proxy_set_header Authorization/,
    leavesUser: true,
  },
  'cookies that do not pass': {
    lines: more('proxy_set_header Cookie "";'),
    finds: ['cookie-passes'],
    mends: /proxy_set_header Cookie/,
  },
  'bodies of eight kilobytes at most': { lines: more('client_max_body_size 8k;'), finds: ['bodies'], mends: /client_max_body_size 64k/ },
  'some methods only': {
    lines: more('limit_except GET POST PATCH { deny all; }'),
    finds: ['methods', 'allowed-origins'],
    mends: /limit_except/,
    leavesUser: true,
  },
  'refusals that are replaced': {
    lines: { ...more('proxy_intercept_errors on;\nerror_page 401 /oops;'), server: 'location = /oops { internal; return 401 "no"; }' },
    finds: ['refusals'],
    mends: /proxy_intercept_errors/,
  },
  'an Origin that does not pass': {
    lines: more('proxy_set_header Origin "";'),
    finds: ['allowed-origins', 'origin-arrives'],
    mends: /proxy_set_header Origin/,
  },
  'the address of the proxy in the place of the client': {
    lines: { location: location.replace(FORWARDED_FOR, 'proxy_set_header X-Forwarded-For "";') },
    finds: ['client-address', 'published'],
    mends: /LATCHKEY_TRUSTED_PROXIES=127\.0\.0\.1/,
    by: '[::1]',
  },
  'whatever address a client claims to have': {
    lines: without(FORWARDED_FOR),
    finds: ['client-address', 'published'],
    mends: /\$remote_addr/,
  },
  'two servers with a database each': {
    servers: ['as it should be', 'alone'],
    finds: ['shared', 'limits', 'public-keys'],
    mends: /the same DATABASE_URL/,
  },
  'metadata that another application answers': {
    lines: { server: 'location = /.well-known/oauth-authorization-server { return 404; }' },
    finds: ['public-keys'],
    mends: /Hand \/\.well-known\/oauth-authorization-server over/,
  },
  'guesses without a limit': { servers: ['without limits'], finds: ['limits'], mends: /LATCHKEY_LOGIN_LIMIT=/ },
  'the same without TLS': { lines: { plain: 'return 200 "Welcome";' }, finds: ['redirect'], mends: /return 308/ },
  'no word of TLS to browsers': {
    lines: more('proxy_hide_header Strict-Transport-Security;'),
    finds: ['hsts'],
    mends: /Latchkey sends it/,
  },
  'pages without their protection': {
    lines: more('proxy_hide_header Content-Security-Policy;'),
    finds: ['pages'],
    mends: /content-security-policy/,
  },
  'endings that are held back': {
    lines: buffered('proxy_ignore_headers X-Accel-Buffering;'),
    finds: ['stream'],
    mends: /proxy_buffering off/,
  },
  'a page for everything': {
    lines: { location: 'return 200 "<!doctype html><p>Welcome";' },
    finds: ['reach'],
    mends: /Latchkey runs there/,
  },
}
