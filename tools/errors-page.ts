// npm run errors-page: generates docs/errors.md from the texts of the page /docs/errors.

import { writeFileSync } from 'node:fs'
import { AuthError, ERROR_CODES, type ErrorCode } from '../src/domain/errors.ts'
import { STATUS } from '../src/http/problem.ts'
import { ENGLISH_HELP } from '../src/pages/error-help-en.ts'

const WIDTH = 140

/** Guides that go further, beside this file: the package leaves them out, so the page itself does not link to them. */
const GUIDES: Readonly<Partial<Record<ErrorCode, string>>> = {
  'proof.required': '[Tokens bound to a key](key-bound-tokens.md), [sign-ins bound to a device](device-binding.md).',
  'role.required': '[Administration](administration.md).',
  'request.invalid': '[What administrators cannot do to themselves](administration.md#users).',
}

/** The page as Markdown. */
export function errorsPage(): string {
  const statuses = [...new Set(ERROR_CODES.map((code) => STATUS[code]))].sort((a, b) => a - b)
  return `# Errors

${wrap(
  'Every refusal is a problem document (RFC 9457): `type`, `title`, `status`, `code`, and where it helps `reason`, `setting`, `field` or `refreshable`. Program against `code`, and against `reason` where one is named here. No error repeats what was sent, a secret, or whether a user exists.',
)}

A server has this page in English and Chinese at \`/docs/errors\`, where the \`type\` of every refusal leads.
${statuses
  .map(
    (status) =>
      `\n## ${status}\n${ERROR_CODES.filter((code) => STATUS[code] === status)
        .map(section)
        .join('')}`,
  )
  .join('')}`
}

function section(code: ErrorCode): string {
  const { cause, reasons = {}, advice } = ENGLISH_HELP[code]
  const list = Object.entries(reasons).map(([reason, meaning]) => `- \`${reason}\`: ${meaning}`)
  const guide = GUIDES[code]
  const paragraphs = [
    wrap(`${new AuthError(code).message} ${cause}`),
    ...(list.length > 0 ? [`\`reason\`:\n\n${list.join('\n')}`] : []),
    wrap(`*Do:* ${advice}`),
    ...(guide === undefined ? [] : [guide]),
  ]
  return `\n<a id="${code}"></a>\n### ${code}\n${paragraphs.join('\n\n')}\n`
}

/** Breaks a paragraph into lines. */
function wrap(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line.length + word.length + 1 > WIDTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.join('\n')
}

if (import.meta.main) writeFileSync('docs/errors.md', errorsPage())
