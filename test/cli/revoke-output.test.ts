// Tests the output of `latchkey session revoke`, and its time argument.

import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatAcknowledgement,
  formatDryRun,
  formatInterrupted,
  formatProgress,
  formatResult,
  formatStart,
} from '../../src/cli/revoke-output.ts'
import { timeArgument } from '../../src/cli/time-argument.ts'
import { SettingError } from '../../src/settings.ts'

const MANY = { users: 9_000, sessions: 10_000, rememberMe: 1 }
const NONE = { users: 0, sessions: 0, rememberMe: 0 }

test('formats what will be revoked, and what was revoked', () => {
  equal(formatDryRun(MANY, { all: true }), 'Would revoke 10,000 sessions and 1 remember-me login of 9,000 users. Nothing was revoked.')
  equal(
    formatStart(MANY, { before: Date.parse('2026-11-24T10:00:00+02:00') }),
    'Revoking 10,000 sessions and 1 remember-me login of 9,000 users, in lineages that started before 2026-11-24T08:00:00.000Z.',
  )
  equal(formatStart(NONE, { all: true }), 'There is nothing to revoke.')
  equal(formatResult(MANY), 'Revoked 10,000 sessions and 1 remember-me login.')
  equal(
    formatInterrupted(MANY),
    'Revoked 10,000 sessions and 1 remember-me login before the interruption. Run the command again to continue.',
  )
  equal(formatInterrupted(undefined), 'No revocation was confirmed. Run the command again to continue.')
})

test('formats the progress and the time left', () => {
  equal(formatProgress(MANY, { users: 1, sessions: 2_500, rememberMe: 0 }, 2_000), '2,500 of 10,001 revoked, 1,250 a second, 7 s left')
  equal(formatProgress(MANY, NONE, 2_000), '0 of 10,001 revoked, 0 a second')
  equal(formatProgress(MANY, { users: 1, sessions: 10_002, rememberMe: 0 }, 2_000), '10,002 of 10,001 revoked, 5,001 a second, 0 s left')
})

test('formats the acknowledgements, and explains missing ones', () => {
  const note = 'A process that cannot read the revocation log stops using its credential cache after one second.'
  equal(
    formatAcknowledgement({ processes: 3, verifiers: 5, behind: 0, milliseconds: 38 }),
    'Acknowledged by 3 processes and 5 verifiers; the last after 38 ms.',
  )
  equal(
    formatAcknowledgement({ processes: 1, verifiers: 1, behind: 0, milliseconds: 1_038 }),
    'Acknowledged by 1 process and 1 verifier; the last after 1,038 ms.',
  )
  equal(
    formatAcknowledgement({ processes: 1, verifiers: 5, behind: 1, milliseconds: 3 }),
    `Acknowledged by 1 process and 5 of 6 verifiers; the last after 3 ms. ${note}`,
  )
  equal(
    formatAcknowledgement({ processes: 0, verifiers: 0, behind: 0, milliseconds: null }),
    `No process acknowledged: no server is running on this database, or none can read the revocation log. ${note}`,
  )
  equal(formatAcknowledgement(null), `Acknowledgements could not be requested. ${note}`)
})

test('a time argument is a date, or a time with its time zone', () => {
  for (const [text, expected] of [
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-24T10:00Z', '2026-11-24T10:00:00.000Z'],
    ['2026-11-24T10:00:01Z', '2026-11-24T10:00:01.000Z'],
    ['2026-11-24T10:00:01.5Z', '2026-11-24T10:00:01.500Z'],
    ['2026-11-24T01:00:00+05:30', '2026-11-23T19:30:00.000Z'],
  ] as const) {
    deepEqual(new Date(timeArgument('--before', text)).toISOString(), expected)
  }
})

for (const text of [
  '',
  'yesterday',
  '1',
  '1764000000',
  '24.11.2026',
  '2026-11',
  '2026-13-01',
  '2026-02-30',
  '2026-02-30T10:00:00Z',
  '2026-11-24T25:00:00Z',
  '2026-11-24T10:00:00',
  '2026-11-24 10:00:00Z',
  ' 2026-11-24',
  '+002026-11-24',
]) {
  test(`"${text}" is not a valid time`, () => {
    throws(
      () => timeArgument('--before', text),
      (error) =>
        error instanceof SettingError && error.message.startsWith(`--before is "${text}"; accepted: a date, such as 2026-11-24, or `),
    )
  })
}
