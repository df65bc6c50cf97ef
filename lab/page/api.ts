// The page's client for the lab server, and texts derived from its responses.

import { LAB_TEXTS, type LabTexts } from '../texts.ts'
import type { Attempt, BoundAttackResult, RequestLogEntry, State } from '../types.ts'

const language = document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'
export const texts: LabTexts = LAB_TEXTS[language]

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
export function formatTime(at: number): string {
  return clock.format(at)
}

async function postJson<T>(path: string, body?: string): Promise<T> {
  const response = await fetch(path, body === undefined ? { method: 'POST' } : { method: 'POST', body })
  return (await response.json()) as T
}

export const fetchState = () => postJson<State>('/lab/state')
export const advanceServerClock = (minutes: number) => postJson('/lab/wait', String(minutes))
export const closeBrowser = () => postJson('/lab/close-browser')
export const copy = (kind: string, token: string | undefined) => postJson<{ copied: boolean }>('/lab/copy', JSON.stringify({ kind, token }))
export const replayCopy = (kind: string) => postJson<{ attempts: readonly Attempt[] }>('/lab/use', kind)

/** An attack with credentials copied from a browser with keys: its cookie jar, or a bound token. */
export const runBoundAttack = (credential: 'jar' | 'token') => postJson<BoundAttackResult>('/lab/bound', credential)

/** The credentials of a request. */
export function formatSentCredentials({ cookies, authorization }: Pick<RequestLogEntry, 'cookies' | 'authorization'>): string {
  return [
    cookies.length === 0 ? texts.noCookie : `Cookie: ${cookies.join(', ')}`,
    authorization === null ? texts.noHeader : `Authorization: ${authorization}`,
  ].join(' · ')
}

export function formatResponse({ status, code, reason }: Pick<Attempt, 'status' | 'code' | 'reason'>): string {
  return [status, code, reason].filter(Boolean).join(' ')
}

/** Explains a response. */
export function explain({ status, code, reason }: Pick<Attempt, 'status' | 'code' | 'reason'>): string {
  const { reasons } = texts
  if (status < 400) return reasons.ok
  const key = [`${code}:${reason}`, `${code}`].find((each) => each in reasons)
  return key === undefined ? reasons.other : reasons[key as keyof typeof reasons]
}

/** Whether the stored state differs. */
export function hasServerStateChanged(before: State, after: State): boolean {
  return before.server.fingerprint !== after.server.fingerprint
}
