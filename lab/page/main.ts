// The script of the lab page: every button sends real requests, and the columns show their effect.

import './lab.css'
import { ATTACKER } from '../fixtures.ts'
import type { State } from '../types.ts'
import {
  advanceServerClock,
  closeBrowser,
  copy,
  explain,
  fetchState,
  formatResponse,
  formatSentCredentials,
  hasServerStateChanged,
  replayCopy,
  runBoundAttack,
  texts,
} from './api.ts'
import { addCard } from './cards.ts'
import { formatAlertEvidence, renderColumns } from './columns.ts'
import type { PageToken } from './token.ts'

let token: PageToken | undefined
/** The user of the cookies, or the last one. */
let userId: string | undefined

interface ApiResponse {
  readonly token?: string
  readonly user?: { readonly id: string }
  readonly code?: string
  readonly reason?: string
}

const input = (id: string) => document.getElementById(id) as HTMLInputElement

async function refresh(): Promise<State | undefined> {
  try {
    const state = await fetchState()
    userId = state.userId ?? userId
    renderColumns(state, token)
    document.body.classList.remove('unreachable')
    return state
  } catch {
    document.body.classList.add('unreachable')
    return undefined
  }
}

/** Sends one request of this page and adds a result card. */
async function call(title: string, method: string, path: string, withToken: boolean, body?: object): Promise<void> {
  const before = await fetchState()
  const response = await fetch(path, {
    method,
    headers: {
      ...(withToken && token !== undefined && { authorization: token.token }),
      ...(body !== undefined && { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const result = (await response.json()) as ApiResponse
  if (result.token !== undefined) token = { token: result.token, userId: result.user?.id ?? '' }
  if (response.ok && path.startsWith('/access/logout/')) token = undefined
  const after = await refresh()
  const entry = after?.requestLog.find(({ sender }) => sender === 'page')
  const outcome = { status: response.status, code: result.code ?? null, reason: result.reason ?? null }
  addCard({
    title,
    lines: [
      {
        tried: `${method} ${path.replace(/(usr_.{4})[\w-]+/, '$1…')}`,
        ...(entry && { sent: formatSentCredentials(entry) }),
        ok: response.ok,
        answered: formatResponse(outcome),
        why: explain(outcome),
      },
    ],
    changed: after !== undefined && hasServerStateChanged(before, after),
  })
}

async function copyCredential(kind: 'session' | 'remember' | 'token'): Promise<void> {
  const { copied } = await copy(kind, token?.token)
  addCard({ title: texts[`copy${capitalize(kind)}`], note: copied ? texts.copied : texts.nothingToCopy })
}

async function showReplay(kind: 'session' | 'remember' | 'token'): Promise<void> {
  const before = await fetchState()
  const { attempts } = await replayCopy(kind)
  const after = await refresh()
  if (attempts.length === 0) return addCard({ title: texts[`copy${capitalize(kind)}`], note: texts.nothingToCopy })
  addCard({
    title: `${texts.attacker}: ${texts[`use${capitalize(kind)}`]}`,
    lines: attempts.map((attempt) => ({
      tried: texts.attempts[attempt.tried],
      ok: attempt.status < 400,
      answered: formatResponse(attempt),
      why: attempt.status < 400 && kind === 'session' ? texts.reasons.stolenSession : explain(attempt),
    })),
    changed: after !== undefined && hasServerStateChanged(before, after),
  })
}

/** Uses the lab's simulated browser: a real one binds only over https. */
async function showBoundAttack(credential: 'jar' | 'token', title: string): Promise<void> {
  const { attempts, alarm } = await runBoundAttack(credential)
  addCard({
    title,
    note: texts.boundNote,
    lines: [
      ...attempts.map((attempt) => ({
        tried: `${attempt.by === 'owner' ? texts.owner : texts.attacker}: ${texts.attempts[attempt.tried]}`,
        ok: attempt.status < 400,
        answered: formatResponse(attempt),
        why: attempt.status < 400 && attempt.by === 'attacker' ? texts.reasons.boundTokenReads : explain(attempt),
      })),
      ...(alarm === null
        ? []
        : [{ tried: texts.auditLog, ok: false, answered: `${alarm.action} ${alarm.severity}`, why: formatAlertEvidence(alarm) }]),
    ],
  })
}

function capitalize<Word extends string>(word: Word): Capitalize<Word> {
  return (word.charAt(0).toUpperCase() + word.slice(1)) as Capitalize<Word>
}

const FORGE_TIMEOUT_MS = 4_000

/** Opens the attacker's page in a window, and waits for the requests that it makes the browser send. */
async function forge(title: string, by: string, path: string, body?: object): Promise<void> {
  const before = await fetchState()
  const latest = before.requestLog[0]?.number ?? 0
  const query = new URLSearchParams({ by, path, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const attacker = open(`${document.body.dataset.attacker}/forge?${query}`, 'attacker', 'popup,width=520,height=360')
  if (attacker === null) return addCard({ title, note: texts.popup })
  const deadline = Date.now() + FORGE_TIMEOUT_MS
  let after = await fetchState()
  while (Date.now() < deadline && !after.requestLog.some(({ number, sender }) => number > latest && sender === 'other site')) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    after = await fetchState()
  }
  renderColumns(after, token)
  const entries = after.requestLog.filter(({ number, sender }) => number > latest && sender === 'other site')
  addCard({
    title,
    ...(entries.length === 0 && { note: texts.neverSent }),
    lines: entries.map((entry) => ({
      tried: `${entry.method} ${entry.path}`,
      sent: `${formatSentCredentials(entry)} · Sec-Fetch-Site: ${entry.fetchSite} · Origin: ${entry.origin ?? '–'}`,
      ok: entry.status < 400,
      answered: formatResponse(entry),
      why: explain(entry),
    })),
    changed: hasServerStateChanged(before, after),
  })
}

const logoutPath = () => `/access/logout/${token?.userId ?? userId ?? 'unknown'}`

const formValues = () => ({ username: input('username').value, password: input('password').value, remember: input('remember').checked })

const ACTIONS: Readonly<Record<string, () => Promise<void>>> = {
  signIn: () => call(texts.signIn, 'POST', '/access/login', false, formValues()),
  register: () => call(texts.register, 'POST', '/access/register', false, formValues()),
  read: () => call(texts.read, 'GET', '/access/session', false),
  changeByCookie: () => call(texts.changeByCookie, 'PATCH', '/access/session/data', false, { cart: 'tea' }),
  change: () => call(texts.change, 'PATCH', '/access/session/data', true, { cart: 'tea', at: new Date().toISOString().slice(11, 19) }),
  renew: () => call(texts.renew, 'POST', '/access/token', false),
  signOut: () => call(texts.signOut, 'POST', logoutPath(), true),
  signOutEverywhere: () => call(texts.signOutEverywhere, 'POST', `${logoutPath()}?everywhere=true`, true),
  async closePage() {
    token = undefined
    addCard({ title: texts.closePage, note: texts.pageClosed })
  },
  async closeBrowser() {
    await closeBrowser()
    token = undefined
    addCard({ title: texts.closeBrowser, note: texts.browserClosed })
  },
  wait5: () => advanceMinutes(5, texts.wait5),
  wait20: () => advanceMinutes(20, texts.wait20),
  copySession: () => copyCredential('session'),
  useSession: () => showReplay('session'),
  copyRemember: () => copyCredential('remember'),
  useRemember: () => showReplay('remember'),
  copyToken: () => copyCredential('token'),
  useToken: () => showReplay('token'),
  stealJar: () => showBoundAttack('jar', texts.stealJar),
  stealBoundToken: () => showBoundAttack('token', texts.stealBoundToken),
  forgeForm: () => forge(texts.forgeForm, 'form', logoutPath()),
  forgeImage: () => forge(texts.forgeImage, 'image', logoutPath()),
  forgeLink: () => forge(texts.forgeLink, 'link', logoutPath()),
  forgeFetch: () => forge(texts.forgeFetch, 'fetch', '/access/token'),
  forgeHeader: () => forge(texts.forgeHeader, 'header', '/access/token'),
  forgeLogin: () => forge(texts.forgeLogin, 'form', '/access/login', ATTACKER),
}

async function advanceMinutes(minutes: number, title: string): Promise<void> {
  await advanceServerClock(minutes)
  addCard({ title, note: texts.waited })
}

let busy = false
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-do]')) {
  button.addEventListener('click', () => void runAction(button))
}

/** Runs one action at a time, so that each card shows its own requests. */
async function runAction(button: HTMLButtonElement): Promise<void> {
  if (busy) return
  busy = true
  button.setAttribute('aria-busy', 'true')
  try {
    await ACTIONS[button.dataset.do ?? '']?.()
    await refresh()
  } catch {
    addCard({ title: button.textContent, note: texts.unreachable })
  } finally {
    button.removeAttribute('aria-busy')
    busy = false
  }
}

const REFRESH_INTERVAL_MS = 1_000

await refresh()
setInterval(() => {
  if (!busy && document.visibilityState === 'visible') void refresh()
}, REFRESH_INTERVAL_MS)
