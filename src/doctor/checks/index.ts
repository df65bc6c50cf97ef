// Every check, in the order in which they are told.

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
  { name: 'reach', title: 'every address answers', run: checkReachability },
  { name: 'tls', title: 'nothing travels in the clear', run: checkTls },
  { name: 'redirect', title: 'without TLS one is led to https', run: checkRedirect },
  { name: 'hsts', title: 'browsers are told to use TLS alone', run: checkHsts },
  { name: 'sign-in', title: 'one can sign in', run: checkSignIn },
  { name: 'public-url', title: 'Latchkey knows the address that people use', run: checkPublicUrl },
  { name: 'cookies', title: 'cookies come as they were made', run: checkCookies },
  { name: 'cookie-twins', title: 'no cookie has a twin', run: checkDuplicateCookies },
  { name: 'neighbours', title: 'no other Latchkey on this machine uses the same cookies', run: checkCookieNameConflicts },
  { name: 'cookie-passes', title: 'cookies reach Latchkey', run: checkCookieForwarded },
  { name: 'authorization-passes', title: 'the Authorization header reaches Latchkey', run: checkAuthorizationForwarded },
  { name: 'methods', title: 'every method passes', run: checkMethods },
  { name: 'bodies', title: 'whole bodies pass', run: checkRequestBodies },
  { name: 'refusals', title: 'refusals say why', run: checkErrorResponses },
  { name: 'cached', title: 'no answer comes from a cache', run: checkCachedResponses },
  { name: 'cache-headers', title: 'no answer may be kept', run: checkCacheHeaders },
  { name: 'foreign-origins', title: 'other origins read nothing', run: checkForeignOrigins },
  { name: 'allowed-origins', title: 'allowed origins can read', run: checkAllowedOrigins },
  { name: 'origin-arrives', title: 'where a request was made is known', run: checkOriginForwarded },
  { name: 'cookie-alone', title: 'a cookie alone changes nothing', run: checkCookieOnlyRequest },
  { name: 'client-address', title: "the client's address is known", run: checkClientAddress },
  { name: 'clock', title: 'the clocks agree', run: checkServerClock },
  { name: 'shared', title: 'every server knows the same sessions', run: checkSharedSessions },
  { name: 'endings', title: 'a sign-out is one everywhere, within a second', run: checkRevocation },
  { name: 'limits', title: 'guesses are counted together', run: checkLoginLimits },
  { name: 'public-keys', title: 'the keys of tokens are published', run: checkPublicKeys },
  { name: 'stream', title: 'endings reach other services at once', run: checkRevocationStream },
  { name: 'pages', title: 'pages keep their protection', run: checkPageHeaders },
  { name: 'published', title: 'what is for operators is not for everybody', run: checkExposedEndpoints },
]
