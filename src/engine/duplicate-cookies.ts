// Finding out which of several cookies of one name counts: opened, at most four of each looked up, and chosen by
// `src/domain/duplicate-cookies.ts`.

import type { CookiePurpose } from '../domain/cookies.ts'
import type { PresentedCredential } from '../domain/credential.ts'
import { chooseGenuine, chooseSealed, type GenuineCookie, type OpenedCookie, toLookUp } from '../domain/duplicate-cookies.ts'
import { judgeRemembered } from '../domain/remembered-login.ts'
import { judgeSession } from '../domain/session.ts'
import { isProofOf } from './device-proofs.ts'
import { isKnownDevice } from './guesses.ts'
import { lineageOfPair } from './pair.ts'
import type { Parts } from './parts.ts'

type Values = Readonly<Partial<Record<CookiePurpose, string>>>
type Duplicates = Readonly<Partial<Record<CookiePurpose, readonly string[]>>>

/** A cookie that counts although others came by its name: it is to be set again. */
export interface KeptCookie {
  readonly purpose: CookiePurpose
  readonly value: string
  /** Milliseconds since 1970; undefined where it has no end of its own. */
  readonly expiresAt: number | undefined
}

export interface SettledCookies {
  readonly kept: readonly KeptCookie[]
  /** Every genuine value, also where none counts: a sign-in ends them. */
  readonly sessions: readonly string[]
  readonly remembered: readonly string[]
}

interface Found {
  readonly chosen: GenuineCookie | undefined
  readonly genuine: readonly GenuineCookie[]
  /** What stands for the name from here on: also the only one that opened, to tell why it is over. */
  readonly value: string | undefined
}

type Opened = OpenedCookie & { readonly presented: PresentedCredential }

/**
 * The values that count, and what was found out of the others. Sealed client data is left to whoever knows its user.
 *
 * @param credential a session's credential in the header, which device proofs may belong to
 * @throws StoreError
 */
export async function settleCookies(
  parts: Parts,
  values: Values,
  duplicates: Duplicates,
  credential: string | undefined,
): Promise<{ readonly values: Values; readonly settled: SettledCookies }> {
  const pairs = duplicates.pair ?? (values.pair === undefined ? [] : [values.pair])
  const pair = chooseSealed(pairs, (value) => lineageOfPair(parts, value) !== undefined)
  const paired = pair === undefined ? undefined : lineageOfPair(parts, pair)
  const session = duplicates.session && (await findGenuine(parts, 'session', duplicates.session, paired))
  const remembered = duplicates.remember && (await findGenuine(parts, 'remember_me', duplicates.remember, paired))
  const known = duplicates.known && chooseSealed(duplicates.known, (value) => isKnownDevice(parts, value))
  const counting: Partial<Record<CookiePurpose, string | undefined>> = {
    ...values,
    pair,
    ...(session && { session: session.value }),
    ...(remembered && { remember: remembered.value }),
    ...(duplicates.known && { known }),
  }
  if (duplicates.device) counting.device = await chooseProof(parts, duplicates.device, credential ?? counting.session, counting.remember)
  // With a Domain a sibling may have planted it: what has no pair is not made to stay.
  const mayStay = (cookie: GenuineCookie | undefined) => parts.policy.cookies.domain === null || cookie?.lineage === paired
  const kept: KeptCookie[] = []
  if (session?.chosen && mayStay(session.chosen)) kept.push({ purpose: 'session', value: session.chosen.value, expiresAt: undefined })
  if (remembered?.chosen && mayStay(remembered.chosen))
    kept.push({ purpose: 'remember', value: remembered.chosen.value, expiresAt: remembered.chosen.expiresAt })
  if (known !== undefined) kept.push({ purpose: 'known', value: known, expiresAt: undefined })
  const settled = {
    kept,
    sessions: session?.genuine.map(({ value }) => value) ?? [],
    remembered: remembered?.genuine.map(({ value }) => value) ?? [],
  }
  return { values: withoutMissing(counting), settled }
}

async function findGenuine(
  parts: Parts,
  kind: PresentedCredential['kind'],
  values: readonly string[],
  paired: string | undefined,
): Promise<Found> {
  const opened = values.flatMap((value): Opened[] => {
    const presented = parts.secrets.open(kind, value)
    return presented ? [{ value, id: presented.id, generation: presented.generation, presented }] : []
  })
  const ids = new Set(opened.map(({ id }) => id))
  const looked = toLookUp(opened, paired)
  const genuine: GenuineCookie[] = []
  for (const cookie of looked) {
    const record = await findLive(parts, cookie.presented)
    if (record) genuine.push({ ...cookie, lineage: record.lineage, startedAt: record.startedAt, expiresAt: record.expiresAt })
  }
  const chosen = chooseGenuine(genuine, paired, looked.length === ids.size)
  const only = ids.size === 1 ? looked[0]?.value : undefined
  return { chosen, genuine, value: chosen?.value ?? only }
}

async function findLive(parts: Parts, presented: PresentedCredential) {
  const now = parts.clock.now()
  const found = await parts.store.credentials.find(presented.id)
  if (presented.kind === 'session') {
    const verdict = judgeSession(found, presented, parts.verified.known(presented.id)?.lastSeenAt ?? 0, now, parts.policy)
    return verdict.ok ? verdict.session : undefined
  }
  const judged = judgeRemembered(found, presented, { userAgent: '', provenUntil: undefined }, now, parts.policy)
  return judged.verdict === 'refuse' ? undefined : judged.login
}

/** The proof of the lineage that the request is about. */
async function chooseProof(
  parts: Parts,
  proofs: readonly string[],
  session: string | undefined,
  remembered: string | undefined,
): Promise<string | undefined> {
  const opened = session === undefined ? undefined : parts.secrets.open('session', session)
  const found = opened && (await parts.store.credentials.find(opened.id))
  const login = remembered === undefined ? undefined : parts.secrets.open('remember_me', remembered)
  const lineage = found?.kind === 'session' ? found.lineage : login?.id
  return lineage === undefined ? undefined : chooseSealed(proofs, (proof) => isProofOf(parts, lineage, proof))
}

function withoutMissing(values: Partial<Record<CookiePurpose, string | undefined>>): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
