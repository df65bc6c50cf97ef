// The text of an error in the language of the page.

import { LatchkeyError } from '../../src/client/index.ts'
import { formatIn } from './format-time.ts'
import { isTextKey, t } from './i18n.ts'

export function failureText(error: unknown): string {
  if (!(error instanceof LatchkeyError)) return t('other', { code: error instanceof Error ? error.name : '?' })
  if (error.code === 'rate.limited') return t('rate.limited', { when: formatIn(error.retryAfter ?? 60) })
  return isTextKey(error.code) ? t(error.code) : t('other', { code: error.code })
}
