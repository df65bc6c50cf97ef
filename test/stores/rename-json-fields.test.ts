// The migration to standard names, on stored texts of every kind: both databases rename the same, and leave an application's detail alone.

import { deepEqual } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { renameCredentialFields, renameEventFields } from '../../src/stores/sql/rename-json-fields.ts'
import { type RunningPostgres, startPostgres } from '../support/postgres.ts'

let postgres: RunningPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres()
  client = new pg.Client({ connectionString: await postgres.createDatabase() })
  await client.connect()
})
after(async () => {
  await client.end()
  await postgres[Symbol.asyncDispose]()
})

const sqlite = new DatabaseSync(':memory:')
after(() => sqlite.close())

/** What both databases make of a stored text. */
async function renamed(expression: (indexOf: 'instr' | 'strpos') => string, stored: object): Promise<readonly unknown[]> {
  const text = JSON.stringify(stored)
  const ours = sqlite.prepare(`SELECT ${expression('instr')} AS renamed FROM (SELECT ? AS rest)`).get(text)
  const theirs = await client.query(`SELECT ${expression('strpos')} AS renamed FROM (SELECT $1::text AS rest) AS stored`, [text])
  return [ours?.renamed, theirs.rows[0].renamed].map((result) => JSON.parse(String(result)))
}

const event = (action: string, outcome: string, detail: object = {}) => ({
  id: 'e1',
  action,
  outcome,
  sessionId: null,
  ip: '::1',
  device: 'Browser/1 "device": "outcome":"ok"',
  detail,
})
const expected = (action: string, outcome: string, severity: string, detail: object = {}) => ({
  id: 'e1',
  action,
  outcome,
  severity,
  sessionId: null,
  ip: '::1',
  userAgent: 'Browser/1 "device": "outcome":"ok"',
  detail,
})

const EVENTS: readonly (readonly [what: string, stored: object, is: object])[] = [
  ['a sign-in', event('login.password', 'ok'), expected('login.password', 'success', 'info')],
  ['a wrong password', event('login.password', 'refused'), expected('login.password', 'failure', 'info')],
  ['a reached limit', event('login.password', 'limited'), expected('login.password', 'rate_limited', 'info')],
  ['an external sign-in', event('login.vouched', 'ok'), expected('login.external', 'success', 'info')],
  [
    'a resumed session',
    event('login.remembered', 'ok', { remembered: 'r1', rotated: true }),
    expected('login.remember_me', 'success', 'info', { rememberMe: 'r1', rotated: true }),
  ],
  [
    'a reused remember-me login',
    event('login.remembered', 'alarm', { remembered: 'r1', seenBefore: { ip: '::1', device: 'a' }, presentedNow: { device: 'b' } }),
    expected('login.remember_me', 'failure', 'alarm', {
      rememberMe: 'r1',
      seenBefore: { ip: '::1', userAgent: 'a' },
      presentedNow: { userAgent: 'b' },
    }),
  ],
  [
    'a copy without its device',
    event('device.mismatch', 'notice', { credential: 'remembered' }),
    expected('device.mismatch', 'failure', 'notice', { credential: 'remember_me' }),
  ],
  ['a changed user agent', event('device.changed', 'warning'), expected('device.changed', 'success', 'warning')],
  [
    'an expired remember-me login',
    event('session.end', 'ok', { kind: 'remembered', reason: 'expired' }),
    expected('session.revoke', 'success', 'info', { kind: 'remember_me', reason: 'expired' }),
  ],
  ['a revocation by an administrator', event('admin.session.end', 'ok'), expected('admin.session.revoke', 'success', 'info')],
  ['a new service key', event('key.add', 'ok'), expected('key.create', 'success', 'info')],
  [
    'an event of an application, with a detail that looks like ours',
    event('order.placed', 'ok', { device: 'scanner', remembered: 1, outcome: 'ok', detail: { 'action":"key.add': '\u0000\ud83d' } }),
    expected('order.placed', 'success', 'info', {
      device: 'scanner',
      remembered: 1,
      outcome: 'ok',
      detail: { 'action":"key.add': '\u0000\ud83d' },
    }),
  ],
]

for (const [what, stored, is] of EVENTS)
  test(`renames the fields of ${what}`, async () => {
    deepEqual(await renamed((indexOf) => renameEventFields('rest', indexOf), stored), [is, is])
  })

test('renames the fields of a credential, and no value of it', async () => {
  const stored = { username: 'ada', device: 'has "device": and "bornSession":', bornSession: 's1', bornSessionUsed: true }
  const is = { username: 'ada', userAgent: 'has "device": and "bornSession":', rotatedSessionId: 's1', rotatedSessionUsed: true }
  deepEqual(await renamed(() => renameCredentialFields('rest'), stored), [is, is])
  const session = { awaitingFirstUseFor: null, amr: ['pwd'] }
  const renamedSession = { confirmsRotationOf: null, amr: ['pwd'] }
  deepEqual(await renamed(() => renameCredentialFields('rest'), session), [renamedSession, renamedSession])
})
