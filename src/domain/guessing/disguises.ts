// Recognises common passwords, plain or with the usual substitutions.

import { fold } from './fold.ts'
import { leetReadings } from './words.ts'

const OUTSIDE = /^[^\p{L}]+|[^\p{L}]+$/gu

/**
 * Looks a password up in the list of common passwords: in lower case, without leading and trailing digits and signs, with digits and signs
 * read as letters, and reversed.
 *
 * @param password of bounded length
 */
export function isCommonInDisguise(password: string, isCommon: (password: string) => boolean): boolean {
  const { text } = fold(password)
  const plain = [text, ...leetReadings(text)].flatMap((read) => [read, read.replace(OUTSIDE, '')])
  const forms = [...plain, ...leetReadings(text.replace(OUTSIDE, ''))]
  return forms.some((form) => form.length > 3 && (isCommon(form) || isCommon([...form].reverse().join(''))))
}
