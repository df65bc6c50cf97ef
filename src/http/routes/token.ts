// The token route: issues a token for a session, or resumes a session from a remember-me login first.

import { AuthError } from '../../domain/errors.ts'
import { sessionRequired, tokenInvalid } from '../../engine/authenticate.ts'
import type { EngineContext } from '../../engine/context.ts'
import { isPaired } from '../../engine/cookie-pair.ts'
import { DeviceProofRequired } from '../../engine/dbsc-proofs.ts'
import type { SignInResult } from '../../engine/issue-credentials.ts'
import type { Principal } from '../../engine/principal.ts'
import { resumeSession } from '../../engine/remember-me.ts'
import { getSessionView } from '../../engine/session-view.ts'
import { issueTokenForSession } from '../../engine/tokens.ts'
import { authenticateSession } from '../authenticate-request.ts'
import { signedInResponse } from '../contract.ts'
import { warnForeignCookie } from '../foreign-cookies.ts'
import { openRoute, type RouteContext } from '../route.ts'
import { signedInResult } from './signed-in-result.ts'

export const tokenRoutes = [
  openRoute({
    method: 'POST',
    path: '/access/token',
    auth: 'refreshable',
    issuesToken: true,
    summary: 'Issues a token. With only a remember-me login, starts a session first.',
    responses: { 200: signedInResponse },
    errorCodes: ['rate.limited'],
    async run(context) {
      const issued = await issueToken(context)
      return issued instanceof AuthError ? issued : signedInResult(context, issued)
    },
  }),
]

async function issueToken({
  engine,
  request,
  credentials: { header, cookies },
  clientInfo,
}: RouteContext): Promise<SignInResult | AuthError> {
  if (header === 'bad') return tokenInvalid('malformed')
  const passive = request.header('x-latchkey-passive') === '1'
  const raw = header === undefined ? cookies.session : header.kind === 'session' ? header.raw : undefined
  const principal = raw === undefined ? sessionRequired('none') : await authenticateSession(engine, raw, cookies.device, request, passive)
  if (header === undefined && raw !== undefined && principal instanceof AuthError && principal.detail.reason === 'unknown')
    warnForeignCookie(engine, 'session', raw)
  const paired = principal instanceof AuthError || header !== undefined ? principal : await requirePair(engine, principal, cookies.pair)
  if (!(paired instanceof AuthError)) return issueTokenForSession(engine, paired)
  // A header credential never falls back to a cookie; an invalid session cookie gives way to the remember-me login.
  if (header !== undefined || cookies.remember === undefined || paired instanceof DeviceProofRequired) return paired
  const resumed =
    checkPaired(engine, cookies.remember, cookies.pair) ?? (await resumeSession(engine, cookies.remember, clientInfo, cookies.device))
  if (resumed instanceof AuthError && resumed.detail.reason === 'unknown') warnForeignCookie(engine, 'remember', cookies.remember)
  return resumed
}

/** The session whose cookie may issue a token; without its pair cookie it may be planted by a sibling sub-domain. */
async function requirePair(engine: EngineContext, principal: Principal, pair: string | undefined): Promise<Principal | AuthError> {
  if (engine.policy.cookies.domain === null) return principal
  const view = await getSessionView(engine, principal)
  if (view instanceof AuthError) return view
  return isPaired(engine, view.startedBy ?? view.id, pair) ? principal : sessionRequired('none')
}

function checkPaired(engine: EngineContext, rememberMe: string, pair: string | undefined): AuthError | undefined {
  const opened = engine.secrets.open('remember_me', rememberMe)
  return opened === undefined || isPaired(engine, opened.id, pair) ? undefined : sessionRequired('none')
}
