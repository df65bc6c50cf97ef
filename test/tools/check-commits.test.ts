// The check of commit messages: what it accepts, and what it says is wrong.

import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { messageProblems } from '../../tools/check-commits.ts'

const BODY = '\n\nA copied cookie must not outlive its owner.'

for (const subject of [
  'engine: revoke a lineage by the id of any credential in it',
  'stores/redis: keep tombstones until they expire',
  'pages, client: embed the key of the client',
  'http: answer 403 where registration is closed',
  `cli: ${'x'.repeat(67)}`,
])
  test(`accepts ${JSON.stringify(subject)}`, () => deepEqual(messageProblems(subject + BODY), []))

const WRONG: readonly (readonly [message: string, problems: readonly string[]])[] = [
  [`Revoke lineages${BODY}`, ['the subject is not `area: imperative`']],
  [`Engine: revoke lineages${BODY}`, ['the subject is not `area: imperative`']],
  [`engine: revoke lineages.${BODY}`, ['the subject ends with a full stop']],
  [`engine: revoked lineages${BODY}`, ['"revoked" is not an imperative']],
  [`engine: revoking lineages${BODY}`, ['"revoking" is not an imperative']],
  [`cli: ${'x'.repeat(68)}${BODY}`, ['the subject has 73 characters, more than 72']],
  ['engine: revoke lineages', ['there is no body that says why']],
  ['engine: revoke lineages\n\n\n', ['there is no body that says why']],
  ['engine: revoke lineages\nat once\n\nBecause.', ['no empty line follows the subject']],
  [`engine: revoke lineages\n\n${'x'.repeat(101)}`, ['a line of the body has more than 100 characters']],
]

for (const [message, problems] of WRONG)
  test(`refuses ${JSON.stringify(message.slice(0, 60))}`, () => deepEqual(messageProblems(message), problems))
