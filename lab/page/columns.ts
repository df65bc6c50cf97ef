// The three columns: the state of the browser, the state of the server, and the request log.

import { parseAlertEvidence } from '../../src/client/alert-evidence.ts'
import { interpolate } from '../../src/client/interpolate.ts'
import type { CredentialSummary, RequestLogEntry, State, StoredAuditEvent } from '../types.ts'
import { formatResponse, formatSentCredentials, formatTime, texts } from './api.ts'
import { make, mark, show } from './elements.ts'
import { type PageToken, tokenExpiresAt } from './token.ts'

export function renderColumns(state: State, token: PageToken | undefined): void {
  show('clock', formatTime(state.now))
  show('browser', ...browserRows(state, token))
  show('server', ...serverRows(state))
  show(
    'requests',
    ...(state.requestLog.length === 0 ? [nothing()] : [make('ol', 'requests', ...state.requestLog.slice(0, 14).map(requestRow))]),
  )
}

function nothing(): HTMLElement {
  return make('p', 'soft', texts.nothing)
}

const NAMES: Readonly<Record<string, string>> = { session: texts.session, remember: texts.rememberMe, known: texts.knownDevice }

function browserRows({ browser, now }: State, token: PageToken | undefined): readonly HTMLElement[] {
  const cookies = browser.map(({ name, value }) =>
    make(
      'div',
      `credential ${name}`,
      make('strong', '', NAMES[name] ?? name),
      make('code', '', `latchkey_${name}=${value}`),
      make('span', 'soft', texts.lifetimes[name as keyof typeof texts.lifetimes] ?? ''),
    ),
  )
  if (token === undefined) return cookies.length === 0 ? [nothing()] : cookies
  const expiresAt = tokenExpiresAt(token)
  const lifetime = now < expiresAt ? interpolate(texts.tokenUntil, { at: formatTime(expiresAt) }) : texts.tokenExpired
  return [
    ...cookies,
    make(
      'div',
      'credential token',
      make('strong', '', texts.token),
      make('code', '', `${token.token.slice(0, 16)}…`),
      make('span', 'soft', lifetime),
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
      make('time', 'soft', formatTime(at)),
      ` ${action} `,
      outcome === 'success' && severity === 'info' ? '' : mark(false, severity === 'info' ? outcome : severity),
      make('span', 'soft', ` ${severity === 'alarm' ? formatAlertEvidence({ detail }) : ip}`),
    ),
  )
  return [...credentials, make('h3', '', texts.auditLog), make('ul', 'events', ...events)]
}

function credentialRow({ id, kind, username, hash, state, endsAt, startedBy, data }: CredentialSummary): HTMLElement {
  const isLive = state === 'live'
  return make(
    'div',
    `credential ${kind === 'session' ? 'session' : 'remember'}${isLive ? '' : ' ended'}`,
    make('strong', '', kind === 'session' ? texts.session : texts.rememberMe),
    make('code', '', id),
    mark(isLive, texts.states[state]),
    make(
      'span',
      'soft',
      [
        username,
        hash,
        startedBy && interpolate(texts.startedBy, { id: startedBy }),
        endsAt && isLive && interpolate(texts.endsAt, { at: formatTime(endsAt) }),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    data !== '' && data !== '{}' && make('code', 'data', data),
  )
}

function requestRow(entry: RequestLogEntry): HTMLElement {
  const { sender, method, path, fetchSite, status } = entry
  return make(
    'li',
    '',
    make('div', 'request-line', make('span', 'sender', texts.senders[sender]), make('code', '', `${method} ${path}`)),
    make('div', 'soft', [formatSentCredentials(entry), fetchSite].filter(Boolean).join(' · ')),
    mark(status < 400, formatResponse(entry)),
  )
}

export function formatAlertEvidence(alarm: Pick<StoredAuditEvent, 'detail'>): string {
  const [now, before] = [parseAlertEvidence(alarm, 'presentedNow'), parseAlertEvidence(alarm, 'seenBefore')]
  return interpolate(texts.evidence, { now: now?.ip ?? '?', before: before?.ip ?? '?' })
}
