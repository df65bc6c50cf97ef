// Every check, in the order in which they are told.

import type { Check } from '../finding.ts'
import { judgeCached, judgeCacheHeaders } from './caching.ts'
import { judgeClientAddress } from './client-address.ts'
import { judgeClock } from './clock.ts'
import { judgeCookies, judgeTwins } from './cookies.ts'
import { judgeEndings, judgeShared } from './endings.ts'
import { judgeLimits } from './limits.ts'
import { judgeNeighbours } from './neighbours.ts'
import { judgeAllowedOrigins, judgeCookieAlone, judgeForeignOrigins, judgeOriginArrives } from './origins.ts'
import { judgePages } from './pages.ts'
import { judgeAuthorizationPasses, judgeBodies, judgeCookiePasses, judgeMethods, judgeRefusals } from './passing.ts'
import { judgePublicKeys } from './public-keys.ts'
import { judgePublicUrl } from './public-url.ts'
import { judgePublished } from './published.ts'
import { judgeReach } from './reach.ts'
import { judgeSignIn } from './sign-in.ts'
import { judgeStream } from './stream.ts'
import { judgeHsts, judgeRedirect, judgeTls } from './transport.ts'

export const CHECKS: readonly Check[] = [
  { name: 'reach', title: 'every address answers', judge: judgeReach },
  { name: 'tls', title: 'nothing travels in the clear', judge: judgeTls },
  { name: 'redirect', title: 'without TLS one is led to https', judge: judgeRedirect },
  { name: 'hsts', title: 'browsers are told to use TLS alone', judge: judgeHsts },
  { name: 'sign-in', title: 'one can sign in', judge: judgeSignIn },
  { name: 'public-url', title: 'Latchkey knows the address that people use', judge: judgePublicUrl },
  { name: 'cookies', title: 'cookies come as they were made', judge: judgeCookies },
  { name: 'cookie-twins', title: 'no cookie has a twin', judge: judgeTwins },
  { name: 'neighbours', title: 'no other Latchkey on this machine uses the same cookies', judge: judgeNeighbours },
  { name: 'cookie-passes', title: 'cookies reach Latchkey', judge: judgeCookiePasses },
  { name: 'authorization-passes', title: 'the Authorization header reaches Latchkey', judge: judgeAuthorizationPasses },
  { name: 'methods', title: 'every method passes', judge: judgeMethods },
  { name: 'bodies', title: 'whole bodies pass', judge: judgeBodies },
  { name: 'refusals', title: 'refusals say why', judge: judgeRefusals },
  { name: 'cached', title: 'no answer comes from a cache', judge: judgeCached },
  { name: 'cache-headers', title: 'no answer may be kept', judge: judgeCacheHeaders },
  { name: 'foreign-origins', title: 'other origins read nothing', judge: judgeForeignOrigins },
  { name: 'allowed-origins', title: 'allowed origins can read', judge: judgeAllowedOrigins },
  { name: 'origin-arrives', title: 'where a request was made is known', judge: judgeOriginArrives },
  { name: 'cookie-alone', title: 'a cookie alone changes nothing', judge: judgeCookieAlone },
  { name: 'client-address', title: "the client's address is known", judge: judgeClientAddress },
  { name: 'clock', title: 'the clocks agree', judge: judgeClock },
  { name: 'shared', title: 'every server knows the same sessions', judge: judgeShared },
  { name: 'endings', title: 'a sign-out is one everywhere, within a second', judge: judgeEndings },
  { name: 'limits', title: 'guesses are counted together', judge: judgeLimits },
  { name: 'public-keys', title: 'the keys of tokens are published', judge: judgePublicKeys },
  { name: 'stream', title: 'endings reach other services at once', judge: judgeStream },
  { name: 'pages', title: 'pages keep their protection', judge: judgePages },
  { name: 'published', title: 'what is for operators is not for everybody', judge: judgePublished },
]
