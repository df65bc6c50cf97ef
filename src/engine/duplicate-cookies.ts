// Resolves duplicate cookies: opens them, looks up at most four of each name, and chooses with `src/domain/duplicate-cookies.ts`.

import type { CookiePurpose } from '../domain/cookies.ts'
import type { PresentedCredential } from '../domain/credential.ts'
import { chooseGenuine, chooseSealed, type GenuineCookie, type OpenedCookie, selectForLookup } from '../domain/duplicate-cookies.ts'
import { evaluateRememberMe } from '../domain/remember-me-login.ts'
import { evaluateSession } from '../domain/session.ts'
import type { EngineContext } from './context.ts'
import { lineageOfPair } from './cookie-pair.ts'
import { isDeviceProofOf } from './dbsc-proofs.ts'
import { isKnownDevice } from './login-throttle.ts'

type CookieValues = Readonly<Partial<Record<CookiePurpose, string>>>
type DuplicateCookies = Readonly<Partial<Record<CookiePurpose, readonly string[]>>>

/** A cookie that was chosen among duplicates: the response sets it again. */
export interface CookieToReset {
  readonly purpose: CookiePurpose
  readonly value: string
  /** Milliseconds since 1970; undefined for a session cookie. */
  readonly expiresAt: number | undefined
}

export interface ResolvedCookies {
  readonly toReset: readonly CookieToReset[]
  /** Every genuine value, also when none was chosen: a sign-in revokes them. */
  readonly sessions: readonly string[]
  readonly rememberMe: readonly string[]
}

interface Resolution {
  readonly chosen: GenuineCookie | undefined
  readonly genuine: readonly GenuineCookie[]
  /** The value that is used from here on; also the only one that opened, so that its refusal has a reason. */
  readonly value: string | undefined
}

type Opened = OpenedCookie & { readonly presented: PresentedCredential }

/**
 * Resolves the values to use, and what was found about the others. Sealed client data is left to the caller that knows the user.
 *
 * @param credential a session credential in the header, to which device proofs may belong
 * @throws StoreError
 */
export async function resolveDuplicateCookies(
  context: EngineContext,
  values: CookieValues,
  duplicates: DuplicateCookies,
  credential: string | undefined,
): Promise<{ readonly values: CookieValues; readonly resolved: ResolvedCookies }> {
  const pairs = duplicates.pair ?? (values.pair === undefined ? [] : [values.pair])
  const pair = chooseSealed(pairs, (value) => lineageOfPair(context, value) !== undefined)
  const paired = pair === undefined ? undefined : lineageOfPair(context, pair)
  const session = duplicates.session && (await findGenuine(context, 'session', duplicates.session, paired))
  const rememberMe = duplicates.remember && (await findGenuine(context, 'remember_me', duplicates.remember, paired))
  const known = duplicates.known && chooseSealed(duplicates.known, (value) => isKnownDevice(context, value))
  const effective: Partial<Record<CookiePurpose, string | undefined>> = {
    ...values,
    pair,
    ...(session && { session: session.value }),
    ...(rememberMe && { remember: rememberMe.value }),
    ...(duplicates.known && { known }),
  }
  if (duplicates.device)
    effective.device = await chooseDeviceProof(context, duplicates.device, credential ?? effective.session, effective.remember)
  // With a Domain, a sibling sub-domain may have planted the cookie: without its pair it is not set again.
  const mayStay = (cookie: GenuineCookie | undefined) => context.policy.cookies.domain === null || cookie?.lineage === paired
  const toReset: CookieToReset[] = []
  if (session?.chosen && mayStay(session.chosen)) toReset.push({ purpose: 'session', value: session.chosen.value, expiresAt: undefined })
  if (rememberMe?.chosen && mayStay(rememberMe.chosen))
    toReset.push({ purpose: 'remember', value: rememberMe.chosen.value, expiresAt: rememberMe.chosen.expiresAt })
  if (known !== undefined) toReset.push({ purpose: 'known', value: known, expiresAt: undefined })
  const resolved = {
    toReset,
    sessions: session?.genuine.map(({ value }) => value) ?? [],
    rememberMe: rememberMe?.genuine.map(({ value }) => value) ?? [],
  }
  return { values: omitUndefined(effective), resolved }
}

async function findGenuine(
  context: EngineContext,
  kind: PresentedCredential['kind'],
  values: readonly string[],
  paired: string | undefined,
): Promise<Resolution> {
  const opened = values.flatMap((value): Opened[] => {
    const presented = context.secrets.open(kind, value)
    return presented ? [{ value, id: presented.id, generation: presented.generation, presented }] : []
  })
  const ids = new Set(opened.map(({ id }) => id))
  const lookedUp = selectForLookup(opened, paired)
  const genuine: GenuineCookie[] = []
  for (const cookie of lookedUp) {
    const record = await findLive(context, cookie.presented)
    if (record) genuine.push({ ...cookie, lineage: record.lineage, startedAt: record.startedAt, expiresAt: record.expiresAt })
  }
  const chosen = chooseGenuine(genuine, paired, lookedUp.length === ids.size)
  const only = ids.size === 1 ? lookedUp[0]?.value : undefined
  return { chosen, genuine, value: chosen?.value ?? only }
}

async function findLive(context: EngineContext, presented: PresentedCredential) {
  const now = context.clock.now()
  const found = await context.store.credentials.find(presented.id)
  if (presented.kind === 'session') {
    const verdict = evaluateSession(found, presented, context.credentialCache.lookup(presented.id)?.lastSeenAt ?? 0, now, context.policy)
    return verdict.ok ? verdict.session : undefined
  }
  const evaluation = evaluateRememberMe(found, presented, { userAgent: '', proofValidUntil: undefined }, now, context.policy)
  return evaluation.verdict === 'refuse' ? undefined : evaluation.login
}

/** The device proof of the lineage that the request uses. */
async function chooseDeviceProof(
  context: EngineContext,
  proofs: readonly string[],
  session: string | undefined,
  rememberMe: string | undefined,
): Promise<string | undefined> {
  const opened = session === undefined ? undefined : context.secrets.open('session', session)
  const found = opened && (await context.store.credentials.find(opened.id))
  const login = rememberMe === undefined ? undefined : context.secrets.open('remember_me', rememberMe)
  const lineage = found?.kind === 'session' ? found.lineage : login?.id
  return lineage === undefined ? undefined : chooseSealed(proofs, (proof) => isDeviceProofOf(context, lineage, proof))
}

function omitUndefined(values: Partial<Record<CookiePurpose, string | undefined>>): CookieValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
