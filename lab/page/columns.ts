// The three columns: what the browser holds, what the server holds, what each request carried.

import type { Entry, HeldCredential, HeldOperation, State } from '../seen.ts'
import { make, mark, show } from './elements.ts'
import { type HeldToken, tokenEnd } from './token.ts'
import { sayTime, texts } from './told.ts'

export function drawColumns(state: State, token: HeldToken | undefined): void {
  show('clock', sayTime(state.now))
  show('browser', ...browserRows(state, token))
  show('server', ...serverRows(state))
  show('requests', ...(state.journal.length === 0 ? [nothing()] : [make('ol', 'requests', ...state.journal.slice(0, 14).map(requestRow))]))
}

function nothing(): HTMLElement {
  return make('p', 'soft', texts.nothing)
}

const NAMES: Readonly<Record<string, string>> = { session: texts.session, remember: texts.rememberedLogin, known: texts.known }

function browserRows({ browser, now }: State, token: HeldToken | undefined): readonly HTMLElement[] {
  const cookies = browser.map(({ name, value }) =>
    make(
      'div',
      `held ${name}`,
      make('strong', '', NAMES[name] ?? name),
      make('code', '', `latchkey_${name}=${value}`),
      make('span', 'soft', texts.dies[name as keyof typeof texts.dies] ?? ''),
    ),
  )
  if (token === undefined) return cookies.length === 0 ? [nothing()] : cookies
  const end = tokenEnd(token)
  const left = now < end ? texts.tokenUntil.replace('{at}', sayTime(end)) : texts.tokenOver
  return [
    ...cookies,
    make(
      'div',
      'held token',
      make('strong', '', texts.token),
      make('code', '', `${token.token.slice(0, 16)}…`),
      make('span', 'soft', left),
    ),
  ]
}

function serverRows({ server }: State): readonly HTMLElement[] {
  const credentials = server.credentials.map(credentialRow)
  if (credentials.length === 0) return [nothing()]
  const operations = server.operations.map(({ at, action, outcome, ip, detail }) =>
    make(
      'li',
      outcome === 'alarm' ? 'alarm' : '',
      make('time', 'soft', sayTime(at)),
      ` ${action} `,
      outcome === 'ok' ? '' : mark(false, outcome),
      make('span', 'soft', ` ${outcome === 'alarm' ? evidenceOf(detail) : ip}`),
    ),
  )
  return [...credentials, make('h3', '', texts.record), make('ul', 'operations', ...operations)]
}

function credentialRow({ id, kind, username, hash, state, endsAt, startedBy, data }: HeldCredential): HTMLElement {
  const isLive = state === 'live'
  return make(
    'div',
    `held ${kind === 'session' ? 'session' : 'remember'}${isLive ? '' : ' over'}`,
    make('strong', '', kind === 'session' ? texts.session : texts.rememberedLogin),
    make('code', '', id),
    mark(isLive, texts.states[state]),
    make(
      'span',
      'soft',
      [
        username,
        hash,
        startedBy && texts.startedBy.replace('{id}', startedBy),
        endsAt && isLive && texts.endsAt.replace('{at}', sayTime(endsAt)),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    data !== '' && data !== '{}' && make('code', 'data', data),
  )
}

function requestRow({ who, method, path, cookies, authorization, site, status, code, reason }: Entry): HTMLElement {
  return make(
    'li',
    '',
    make('div', 'line', make('span', 'who', texts.who[who]), make('code', '', `${method} ${path}`)),
    make(
      'div',
      'soft',
      `${cookies.length === 0 ? texts.noCookie : `Cookie: ${cookies.join(', ')}`} · ${authorization === null ? texts.noHeader : `Authorization: ${authorization}`}${site === null ? '' : ` · ${site}`}`,
    ),
    mark(status < 400, [status, code, reason].filter(Boolean).join(' ')),
  )
}

function evidenceOf(detail: HeldOperation['detail']): string {
  const { presentedNow, seenBefore } = detail as {
    readonly presentedNow?: { readonly ip: string }
    readonly seenBefore?: { readonly ip: string }
  }
  return texts.evidence.replace('{now}', presentedNow?.ip ?? '?').replace('{before}', seenBefore?.ip ?? '?')
}
