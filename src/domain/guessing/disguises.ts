// Whether a password is one of the common ones, as it is or in one of the disguises that everybody uses.

import { fold } from './fold.ts'
import { leetReadings } from './words.ts'

const OUTSIDE = /^[^\p{L}]+|[^\p{L}]+$/gu

/**
 * Asks the list of common passwords for a password without its capitals, and without digits and signs before and after; with digits and
 * signs read as letters, and backwards.
 *
 * @param password of bounded length
 */
export function isCommonInDisguise(password: string, isCommon: (password: string) => boolean): boolean {
  const { text } = fold(password)
  const plain = [text, ...leetReadings(text)].flatMap((read) => [read, read.replace(OUTSIDE, '')])
  const forms = [...plain, ...leetReadings(text.replace(OUTSIDE, ''))]
  return forms.some((form) => form.length > 3 && (isCommon(form) || isCommon([...form].reverse().join(''))))
}
