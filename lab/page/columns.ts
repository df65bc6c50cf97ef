// The three columns: what the browser holds, what the server holds, what each request carried.

import { filled } from '../../src/client/filled.ts'
import { sightIn } from '../../src/client/sight.ts'
import type { Entry, HeldCredential, StoredAuditEvent, State } from '../seen.ts'
import { make, mark, show } from './elements.ts'
import { type HeldToken, tokenEnd } from './token.ts'
import { answered, carried, sayTime, texts } from './told.ts'

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
  const left = now < end ? filled(texts.tokenUntil, { at: sayTime(end) }) : texts.tokenOver
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
  const events = server.events.map(({ at, action, outcome, severity, ip, detail }) =>
    make(
      'li',
      severity === 'alarm' ? 'alarm' : '',
      make('time', 'soft', sayTime(at)),
      ` ${action} `,
      outcome === 'success' && severity === 'info' ? '' : mark(false, severity === 'info' ? outcome : severity),
      make('span', 'soft', ` ${severity === 'alarm' ? evidenceOf({ detail }) : ip}`),
    ),
  )
  return [...credentials, make('h3', '', texts.record), make('ul', 'events', ...events)]
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
        startedBy && filled(texts.startedBy, { id: startedBy }),
        endsAt && isLive && filled(texts.endsAt, { at: sayTime(endsAt) }),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    data !== '' && data !== '{}' && make('code', 'data', data),
  )
}

function requestRow(entry: Entry): HTMLElement {
  const { who, method, path, site, status } = entry
  return make(
    'li',
    '',
    make('div', 'line', make('span', 'who', texts.who[who]), make('code', '', `${method} ${path}`)),
    make('div', 'soft', [carried(entry), site].filter(Boolean).join(' · ')),
    mark(status < 400, answered(entry)),
  )
}

export function evidenceOf(alarm: Pick<StoredAuditEvent, 'detail'>): string {
  const [now, before] = [sightIn(alarm, 'presentedNow'), sightIn(alarm, 'seenBefore')]
  return filled(texts.evidence, { now: now?.ip ?? '?', before: before?.ip ?? '?' })
}
