// What an operator in a hurry reads, and the times that can be typed.

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

test('It says what there is to end, and what has ended', () => {
  equal(formatDryRun(MANY, { all: true }), 'Would end 10,000 sessions and 1 remembered login of 9,000 users. Nothing was ended.')
  equal(
    formatStart(MANY, { before: Date.parse('2026-11-24T10:00:00+02:00') }),
    'Ending 10,000 sessions and 1 remembered login of 9,000 users, in lineages that began before 2026-11-24T08:00:00.000Z.',
  )
  equal(formatStart(NONE, { all: true }), 'There is nothing to end.')
  equal(formatResult(MANY), '10,000 sessions and 1 remembered login ended.')
  equal(formatInterrupted(MANY), '10,000 sessions and 1 remembered login had ended by then. The same again goes on.')
  equal(formatInterrupted(undefined), 'Nothing is known to have ended by then. The same again goes on.')
})

test('It says how far it is, and how long it will take', () => {
  equal(formatProgress(MANY, { users: 1, sessions: 2_500, rememberMe: 0 }, 2_000), '2,500 of 10,001 ended, 1,250 a second, 7 s left')
  equal(formatProgress(MANY, NONE, 2_000), '0 of 10,001 ended, 0 a second')
  equal(formatProgress(MANY, { users: 1, sessions: 10_002, rememberMe: 0 }, 2_000), '10,002 of 10,001 ended, 5,001 a second, 0 s left')
})

test('It says who has heard of it, and what it means where somebody has not', () => {
  const others = 'Who cannot hear the log accepts nothing from memory after one second.'
  equal(
    formatAcknowledgement({ processes: 3, verifiers: 5, behind: 0, milliseconds: 38 }),
    'Heard by 3 processes and 5 verifiers; the last after 38 ms.',
  )
  equal(
    formatAcknowledgement({ processes: 1, verifiers: 1, behind: 0, milliseconds: 1_038 }),
    'Heard by 1 process and 1 verifier; the last after 1,038 ms.',
  )
  equal(
    formatAcknowledgement({ processes: 1, verifiers: 5, behind: 1, milliseconds: 3 }),
    `Heard by 1 process and 5 of 6 verifiers; the last after 3 ms. ${others}`,
  )
  equal(
    formatAcknowledgement({ processes: 0, verifiers: 0, behind: 0, milliseconds: null }),
    `Nobody has answered: no server is running on this database, or none can hear the log. ${others}`,
  )
  equal(formatAcknowledgement(null), `It could not be asked who has heard of it. ${others}`)
})

test('A time is a date, or a time with its zone', () => {
  for (const [text, is] of [
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-24T10:00Z', '2026-11-24T10:00:00.000Z'],
    ['2026-11-24T10:00:01Z', '2026-11-24T10:00:01.000Z'],
    ['2026-11-24T10:00:01.5Z', '2026-11-24T10:00:01.500Z'],
    ['2026-11-24T01:00:00+05:30', '2026-11-23T19:30:00.000Z'],
  ] as const) {
    deepEqual(new Date(timeArgument('--before', text)).toISOString(), is)
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
  test(`"${text}" is no time`, () => {
    throws(
      () => timeArgument('--before', text),
      (error) => error instanceof SettingError && error.message.startsWith(`--before is "${text}"; accepted: a date, like 2026-11-24, or `),
    )
  })
}
