// The list of all checks, in the order of the report.

import type { Check } from '../finding.ts'
import { checkCachedResponses, checkCacheHeaders } from './caching.ts'
import { checkClientAddress } from './client-address.ts'
import { checkServerClock } from './clock.ts'
import { checkCookieNameConflicts } from './cookie-name-conflicts.ts'
import { checkCookies, checkDuplicateCookies } from './cookies.ts'
import { checkExposedEndpoints } from './exposed-endpoints.ts'
import {
  checkAuthorizationForwarded,
  checkCookieForwarded,
  checkErrorResponses,
  checkMethods,
  checkRequestBodies,
} from './header-passthrough.ts'
import { checkLoginLimits } from './login-limits.ts'
import { checkAllowedOrigins, checkCookieOnlyRequest, checkForeignOrigins, checkOriginForwarded } from './origins.ts'
import { checkPageHeaders } from './page-headers.ts'
import { checkPublicKeys } from './public-keys.ts'
import { checkPublicUrl } from './public-url.ts'
import { checkReachability } from './reachability.ts'
import { checkRevocation, checkSharedSessions } from './revocation.ts'
import { checkRevocationStream } from './revocation-stream.ts'
import { checkSignIn } from './sign-in.ts'
import { checkHsts, checkRedirect, checkTls } from './transport.ts'

export const CHECKS: readonly Check[] = [
  { name: 'reachability', title: 'every address answers', run: checkReachability },
  { name: 'tls', title: 'traffic is encrypted', run: checkTls },
  { name: 'redirect', title: 'plain HTTP is redirected to https', run: checkRedirect },
  { name: 'hsts', title: 'Strict-Transport-Security is sent', run: checkHsts },
  { name: 'sign-in', title: 'a user can sign in', run: checkSignIn },
  { name: 'public-url', title: 'LATCHKEY_PUBLIC_URL is the address in use', run: checkPublicUrl },
  { name: 'cookies', title: 'cookies arrive unchanged', run: checkCookies },
  { name: 'duplicate-cookies', title: 'no duplicate cookies', run: checkDuplicateCookies },
  { name: 'cookie-name-conflicts', title: 'no other Latchkey on this machine uses the same cookie names', run: checkCookieNameConflicts },
  { name: 'cookie-forwarded', title: 'the Cookie header reaches Latchkey', run: checkCookieForwarded },
  { name: 'authorization-forwarded', title: 'the Authorization header reaches Latchkey', run: checkAuthorizationForwarded },
  { name: 'methods', title: 'every HTTP method reaches Latchkey', run: checkMethods },
  { name: 'request-bodies', title: 'large request bodies reach Latchkey', run: checkRequestBodies },
  { name: 'error-responses', title: 'error responses arrive unchanged', run: checkErrorResponses },
  { name: 'cached-responses', title: 'no response comes from a cache', run: checkCachedResponses },
  { name: 'cache-headers', title: 'responses forbid caching', run: checkCacheHeaders },
  { name: 'foreign-origins', title: 'foreign origins cannot read responses', run: checkForeignOrigins },
  { name: 'allowed-origins', title: 'allowed origins can read responses', run: checkAllowedOrigins },
  { name: 'origin-forwarded', title: 'the Origin and Sec-Fetch-Site headers reach Latchkey', run: checkOriginForwarded },
  { name: 'cookie-only-request', title: 'a request with only a cookie changes nothing', run: checkCookieOnlyRequest },
  { name: 'client-address', title: 'Latchkey sees the address of the client', run: checkClientAddress },
  { name: 'clock', title: 'the clocks of the servers are right', run: checkServerClock },
  { name: 'shared-sessions', title: 'all servers share the sessions', run: checkSharedSessions },
  { name: 'revocation', title: 'a sign-out takes effect on all servers within a second', run: checkRevocation },
  { name: 'login-limits', title: 'all servers share the login limits', run: checkLoginLimits },
  { name: 'public-keys', title: 'the public keys are published', run: checkPublicKeys },
  { name: 'revocation-stream', title: 'the revocation stream arrives without delay', run: checkRevocationStream },
  { name: 'page-headers', title: 'pages keep their security headers', run: checkPageHeaders },
  { name: 'exposed-endpoints', title: 'internal endpoints are not public', run: checkExposedEndpoints },
]
