// Deployments with one thing wrong each: what stands in the way of it, which checks find it, and what the fix says.

import { type NginxConfig, VALID_CONFIG } from './deployment.ts'

export type ServerKind = 'default' | 'no-public-url' | 'clock-ahead' | 'own-database' | 'no-limits'

export const OWN_DATABASE_KINDS: ReadonlySet<ServerKind> = new Set(['clock-ahead', 'own-database'])

export interface FaultyDeployment {
  readonly lines?: Partial<NginxConfig>
  readonly servers?: readonly ServerKind[]
  readonly failedChecks: readonly string[]
  readonly fix: RegExp
  readonly clientAddress?: '127.0.0.1' | '[::1]'
  /** Where Authorization or DELETE do not pass, the user cannot be deleted, and that is said. */
  readonly leavesUser?: true
}

const { location } = VALID_CONFIG
const withLine = (line: string) => ({ location: `${location}\n${line}` })
const withBuffering = (line: string) => ({ location: `${location.replace('proxy_buffering off;', '')}\n${line}` })
const withoutLine = (line: string) => ({ location: location.replace(line, '') })
const FORWARDED_FOR = 'proxy_set_header X-Forwarded-For $remote_addr;'

export const FAULTY_DEPLOYMENTS: Readonly<Record<string, FaultyDeployment>> = {
  'TLS at the proxy, of which Latchkey is not told': {
    servers: ['no-public-url'],
    failedChecks: ['public-url', 'origin-arrives'],
    fix: /LATCHKEY_PUBLIC_URL=https:\/\/id\.example\.test:\d+/,
  },
  'cookies that are given a Domain': {
    lines: withLine('proxy_cookie_path / "/; Domain=example.test";'),
    failedChecks: ['cookies'],
    fix: /LATCHKEY_COOKIE_DOMAIN=example\.test/,
  },
  'cookies that lose their flags': {
    lines: withLine('proxy_cookie_flags ~ nohttponly nosecure nosamesite;'),
    failedChecks: ['cookies'],
    fix: /proxy_cookie_flags/,
  },
  'a cookie of the same name from elsewhere': {
    lines: withLine('add_header Set-Cookie "__Host-latchkey_session=old; Path=/; Secure" always;'),
    failedChecks: ['cookie-twins'],
    fix: /add_header Set-Cookie/,
  },
  'no cookies at all': {
    lines: withLine('proxy_hide_header Set-Cookie;'),
    failedChecks: ['cookies', 'cookie-passes'],
    fix: /proxy_hide_header Set-Cookie/,
  },
  'CORS for everybody': {
    lines: withLine('add_header Access-Control-Allow-Origin * always;'),
    failedChecks: ['foreign-origins', 'allowed-origins'],
    fix: /LATCHKEY_ALLOWED_ORIGINS/,
  },
  'CORS for whoever asks': {
    lines: withLine(
      'add_header Access-Control-Allow-Origin $http_origin always;\nadd_header Access-Control-Allow-Credentials true always;',
    ),
    failedChecks: ['foreign-origins', 'allowed-origins'],
    fix: /add_header Access-Control-Allow-Origin/,
  },
  'a cache that keeps refusals': {
    lines: withBuffering('proxy_cache kept;\nproxy_cache_valid any 1m;\nproxy_ignore_headers Cache-Control Vary Set-Cookie;'),
    failedChecks: ['cached'],
    fix: /proxy_cache/,
  },
  'answers that may be kept': { lines: withLine('expires 1h;'), failedChecks: ['cache-headers'], fix: /expires/ },
  'a clock ten minutes ahead': { servers: ['clock-ahead'], failedChecks: ['clock'], fix: /NTP/ },
  'Authorization that does not pass': {
    lines: withLine('proxy_set_header Authorization "";'),
    failedChecks: ['authorization-passes', 'stream'],
    fix: /proxy_set_header Authorization/,
    leavesUser: true,
  },
  'cookies that do not pass': {
    lines: withLine('proxy_set_header Cookie "";'),
    failedChecks: ['cookie-passes'],
    fix: /proxy_set_header Cookie/,
  },
  'bodies of eight kilobytes at most': {
    lines: withLine('client_max_body_size 8k;'),
    failedChecks: ['bodies'],
    fix: /client_max_body_size 64k/,
  },
  'some methods only': {
    lines: withLine('limit_except GET POST PATCH { deny all; }'),
    failedChecks: ['methods', 'allowed-origins'],
    fix: /limit_except/,
    leavesUser: true,
  },
  'refusals that are replaced': {
    lines: { ...withLine('proxy_intercept_errors on;\nerror_page 401 /oops;'), server: 'location = /oops { internal; return 401 "no"; }' },
    failedChecks: ['refusals'],
    fix: /proxy_intercept_errors/,
  },
  'an Origin that does not pass': {
    lines: withLine('proxy_set_header Origin "";'),
    failedChecks: ['allowed-origins', 'origin-arrives'],
    fix: /proxy_set_header Origin/,
  },
  'the address of the proxy in the place of the client': {
    lines: { location: location.replace(FORWARDED_FOR, 'proxy_set_header X-Forwarded-For "";') },
    failedChecks: ['client-address', 'published'],
    fix: /LATCHKEY_TRUSTED_PROXIES=127\.0\.0\.1/,
    clientAddress: '[::1]',
  },
  'whatever address a client claims to have': {
    lines: withoutLine(FORWARDED_FOR),
    failedChecks: ['client-address', 'published'],
    fix: /\$remote_addr/,
  },
  'two servers with a database each': {
    servers: ['default', 'own-database'],
    failedChecks: ['shared', 'limits', 'public-keys'],
    fix: /the same DATABASE_URL/,
  },
  'metadata that another application answers': {
    lines: { server: 'location = /.well-known/oauth-authorization-server { return 404; }' },
    failedChecks: ['public-keys'],
    fix: /Hand \/\.well-known\/oauth-authorization-server over/,
  },
  'guesses without a limit': { servers: ['no-limits'], failedChecks: ['limits'], fix: /LATCHKEY_LOGIN_LIMIT=/ },
  'the same without TLS': { lines: { plain: 'return 200 "Welcome";' }, failedChecks: ['redirect'], fix: /return 308/ },
  'no word of TLS to browsers': {
    lines: withLine('proxy_hide_header Strict-Transport-Security;'),
    failedChecks: ['hsts'],
    fix: /Latchkey sends it/,
  },
  'pages without their protection': {
    lines: withLine('proxy_hide_header Content-Security-Policy;'),
    failedChecks: ['pages'],
    fix: /content-security-policy/,
  },
  'endings that are held back': {
    lines: withBuffering('proxy_ignore_headers X-Accel-Buffering;'),
    failedChecks: ['stream'],
    fix: /proxy_buffering off/,
  },
  'a page for everything': {
    lines: { location: 'return 200 "<!doctype html><p>Welcome";' },
    failedChecks: ['reach'],
    fix: /Latchkey runs there/,
  },
}
