// Names a country for a sentence, in the language of the page.

import { language } from '../shared/say.ts'
import { say } from './say.ts'

const NAMES = new Intl.DisplayNames(language, { type: 'region' })

/** @param country two letters, as the record has them: its detail is data, and read as such */
export function sayCountry(country: unknown): string {
  return typeof country === 'string' && /^[A-Z]{2}$/.test(country) ? (NAMES.of(country) ?? country) : say('unknownCountry')
}
