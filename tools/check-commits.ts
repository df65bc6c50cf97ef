// Checks the messages of commits: `area: imperative, at most 72 characters`, and a body that says why (CONTRIBUTING.md).
//
//   node tools/check-commits.ts [range]     a range of git, such as main..HEAD; without one, all since the rule was introduced

import { spawnSync } from 'node:child_process'

const MAX_SUBJECT = 72
const MAX_BODY_LINE = 100
const SUBJECT = /^[a-z0-9][a-z0-9./-]*(?:, [a-z0-9][a-z0-9./-]*)*: \S/
/** Words that end like a past tense or a participle, and are imperatives all the same. */
const IMPERATIVES = new Set(['bring', 'embed', 'exceed', 'feed', 'need', 'ping', 'proceed', 'seed', 'shed', 'speed', 'spring', 'string'])

/** What is wrong with a message, one sentence each; none where it follows the rule. */
export function messageProblems(message: string): readonly string[] {
  const [subject = '', separator = '', ...body] = message.trimEnd().split('\n')
  const verb = /: (?:[^a-z]*)([a-z]+)/.exec(subject)?.[1] ?? ''
  const isImperative = IMPERATIVES.has(verb) || !/(?:ed|ing)$/.test(verb)
  return [
    ...(SUBJECT.test(subject) ? [] : ['the subject is not `area: imperative`']),
    ...([...subject].length > MAX_SUBJECT ? [`the subject has ${[...subject].length} characters, more than ${MAX_SUBJECT}`] : []),
    ...(subject.endsWith('.') ? ['the subject ends with a full stop'] : []),
    ...(isImperative ? [] : [`"${verb}" is not an imperative`]),
    ...(separator === '' ? [] : ['no empty line follows the subject']),
    ...(body.some((line) => line.trim() !== '') ? [] : ['there is no body that says why']),
    ...(body.some((line) => [...line].length > MAX_BODY_LINE) ? [`a line of the body has more than ${MAX_BODY_LINE} characters`] : []),
  ]
}

function git(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return status === 0 ? stdout.trim() : undefined
}

/** Undefined where there is no history to look at: an unpacked archive, or a clone without its past. */
function sinceTheRule(): string | undefined {
  const introduced = git('log', '--diff-filter=A', '--format=%H', '--', 'tools/check-commits.ts')?.split('\n').at(-1)
  return introduced ? `${introduced}..HEAD` : undefined
}

if (import.meta.main) {
  const range = process.argv[2] ?? sinceTheRule()
  const log = range === undefined ? undefined : git('log', '--no-merges', '--format=%h%x00%B%x01', range)
  if (log === undefined) process.stdout.write('No commits to check: there is no history here.\n')
  const commits = (log ?? '')
    .split('\x01')
    .map((entry) => entry.trim())
    .filter(Boolean)
  const wrong = commits.flatMap((entry) => {
    const [hash = '', message = ''] = entry.split('\0')
    return messageProblems(message).map((problem) => `${hash} ${message.split('\n', 1)[0]}\n  ${problem}\n`)
  })
  for (const problem of wrong) process.stderr.write(problem)
  if (wrong.length > 0) {
    process.stderr.write(
      '\nAccepted: `area: imperative, at most 72 characters`, an empty line, and a body that says why. See CONTRIBUTING.md.\n',
    )
    process.exitCode = 1
  }
}
