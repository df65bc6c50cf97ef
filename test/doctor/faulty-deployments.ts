// Deployments with one fault each, the checks that must find it, and the fix that they must name.

import { type NginxConfig, VALID_CONFIG } from './deployment.ts'

export type ServerKind = 'default' | 'no-public-url' | 'clock-ahead' | 'own-database' | 'no-limits'

export const OWN_DATABASE_KINDS: ReadonlySet<ServerKind> = new Set(['clock-ahead', 'own-database'])

export interface FaultyDeployment {
  readonly lines?: Partial<NginxConfig>
  readonly servers?: readonly ServerKind[]
  readonly failedChecks: readonly string[]
  readonly fix: RegExp
  readonly clientAddress?: '127.0.0.1' | '[::1]'
  /** Without Authorization or DELETE, the temporary user cannot be deleted, which the doctor must report. */
  readonly leavesUser?: true
}

const { location } = VALID_CONFIG
const withLine = (line: string) => ({ location: `${location}\n${line}` })
const withBuffering = (line: string) => ({ location: `${location.replace('proxy_buffering off;', '')}\n${line}` })
const withoutLine = (line: string) => ({ location: location.replace(line, '') })
const FORWARDED_FOR = 'proxy_set_header X-Forwarded-For $remote_addr;'

export const FAULTY_DEPLOYMENTS: Readonly<Record<string, FaultyDeployment>> = {
  'TLS at the proxy without LATCHKEY_PUBLIC_URL': {
    servers: ['no-public-url'],
    failedChecks: ['public-url', 'origin-forwarded'],
    fix: /LATCHKEY_PUBLIC_URL=https:\/\/id\.example\.test:\d+/,
  },
  'cookies with an added Domain': {
    lines: withLine('proxy_cookie_path / "/; Domain=example.test";'),
    failedChecks: ['cookies'],
    fix: /LATCHKEY_COOKIE_DOMAIN=example\.test/,
  },
  'cookies without their flags': {
    lines: withLine('proxy_cookie_flags ~ nohttponly nosecure nosamesite;'),
    failedChecks: ['cookies'],
    fix: /proxy_cookie_flags/,
  },
  'a second cookie of the same name': {
    lines: withLine('add_header Set-Cookie "__Host-latchkey_session=old; Path=/; Secure" always;'),
    failedChecks: ['duplicate-cookies'],
    fix: /add_header Set-Cookie/,
  },
  'no cookies': {
    lines: withLine('proxy_hide_header Set-Cookie;'),
    failedChecks: ['cookies', 'cookie-forwarded'],
    fix: /proxy_hide_header Set-Cookie/,
  },
  'CORS for every origin': {
    lines: withLine('add_header Access-Control-Allow-Origin * always;'),
    failedChecks: ['foreign-origins', 'allowed-origins'],
    fix: /LATCHKEY_ALLOWED_ORIGINS/,
  },
  'CORS for the origin of the request': {
    lines: withLine(
      'add_header Access-Control-Allow-Origin $http_origin always;\nadd_header Access-Control-Allow-Credentials true always;',
    ),
    failedChecks: ['foreign-origins', 'allowed-origins'],
    fix: /add_header Access-Control-Allow-Origin/,
  },
  'a cache that stores error responses': {
    lines: withBuffering('proxy_cache kept;\nproxy_cache_valid any 1m;\nproxy_ignore_headers Cache-Control Vary Set-Cookie;'),
    failedChecks: ['cached-responses'],
    fix: /proxy_cache/,
  },
  'responses that may be cached': { lines: withLine('expires 1h;'), failedChecks: ['cache-headers'], fix: /expires/ },
  'a clock ten minutes ahead': { servers: ['clock-ahead'], failedChecks: ['clock'], fix: /NTP/ },
  'no Authorization header': {
    lines: withLine('proxy_set_header Authorization "";'),
    failedChecks: ['authorization-forwarded', 'revocation-stream'],
    fix: /proxy_set_header Authorization/,
    leavesUser: true,
  },
  'no Cookie header': {
    lines: withLine('proxy_set_header Cookie "";'),
    failedChecks: ['cookie-forwarded'],
    fix: /proxy_set_header Cookie/,
  },
  'request bodies of at most eight kilobytes': {
    lines: withLine('client_max_body_size 8k;'),
    failedChecks: ['request-bodies'],
    fix: /client_max_body_size 64k/,
  },
  'some methods blocked': {
    lines: withLine('limit_except GET POST PATCH { deny all; }'),
    failedChecks: ['methods', 'allowed-origins'],
    fix: /limit_except/,
    leavesUser: true,
  },
  'replaced error responses': {
    lines: { ...withLine('proxy_intercept_errors on;\nerror_page 401 /oops;'), server: 'location = /oops { internal; return 401 "no"; }' },
    failedChecks: ['error-responses'],
    fix: /proxy_intercept_errors/,
  },
  'no Origin header': {
    lines: withLine('proxy_set_header Origin "";'),
    failedChecks: ['allowed-origins', 'origin-forwarded'],
    fix: /proxy_set_header Origin/,
  },
  'the address of the proxy instead of the client': {
    lines: { location: location.replace(FORWARDED_FOR, 'proxy_set_header X-Forwarded-For "";') },
    failedChecks: ['client-address', 'exposed-endpoints'],
    fix: /LATCHKEY_TRUSTED_PROXIES=127\.0\.0\.1/,
    clientAddress: '[::1]',
  },
  'a client address that the client can forge': {
    lines: withoutLine(FORWARDED_FOR),
    failedChecks: ['client-address', 'exposed-endpoints'],
    fix: /\$remote_addr/,
  },
  'two servers with separate databases': {
    servers: ['default', 'own-database'],
    failedChecks: ['shared-sessions', 'login-limits', 'public-keys'],
    fix: /the same DATABASE_URL/,
  },
  'metadata answered by another application': {
    lines: { server: 'location = /.well-known/oauth-authorization-server { return 404; }' },
    failedChecks: ['public-keys'],
    fix: /Route \/\.well-known\/oauth-authorization-server to Latchkey/,
  },
  'no login limit': { servers: ['no-limits'], failedChecks: ['login-limits'], fix: /LATCHKEY_LOGIN_LIMIT=/ },
  'pages without TLS': { lines: { plain: 'return 200 "Welcome";' }, failedChecks: ['redirect'], fix: /return 308/ },
  'no Strict-Transport-Security': {
    lines: withLine('proxy_hide_header Strict-Transport-Security;'),
    failedChecks: ['hsts'],
    fix: /Latchkey sends it/,
  },
  'pages without security headers': {
    lines: withLine('proxy_hide_header Content-Security-Policy;'),
    failedChecks: ['page-headers'],
    fix: /content-security-policy/,
  },
  'a buffered revocation stream': {
    lines: withBuffering('proxy_ignore_headers X-Accel-Buffering;'),
    failedChecks: ['revocation-stream'],
    fix: /proxy_buffering off/,
  },
  'another application at every path': {
    lines: { location: 'return 200 "<!doctype html><p>Welcome";' },
    failedChecks: ['reachability'],
    fix: /Latchkey runs there/,
  },
}
