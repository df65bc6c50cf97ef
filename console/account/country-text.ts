// Formats a country code as a name in the language of the page.

import { language } from '../shared/i18n.ts'
import { t } from './i18n.ts'

const NAMES = new Intl.DisplayNames(language, { type: 'region' })

/** @param country two letters; the detail of an audit event is untyped data */
export function formatCountry(country: unknown): string {
  return typeof country === 'string' && /^[A-Z]{2}$/.test(country) ? (NAMES.of(country) ?? country) : t('unknownCountry')
}
