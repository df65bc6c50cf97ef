// Names a country for a sentence, in the language of the page.

import { language } from '../shared/i18n.ts'
import { t } from './i18n.ts'

const NAMES = new Intl.DisplayNames(language, { type: 'region' })

/** @param country two letters, as the record has them: its detail is data, and read as such */
export function formatCountry(country: unknown): string {
  return typeof country === 'string' && /^[A-Z]{2}$/.test(country) ? (NAMES.of(country) ?? country) : t('unknownCountry')
}
