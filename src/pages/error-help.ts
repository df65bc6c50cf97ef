// Help for each error code: the cause, the values of `reason`, and what to do.

import type { ErrorCode } from '../domain/errors.ts'
import { ENGLISH_HELP } from './error-help-en.ts'
import { CHINESE_HELP } from './error-help-zh-cn.ts'
import type { Language } from './language.ts'

/** Texts of the errors page; text between backticks is code. */
export interface ErrorHelp {
  readonly cause: string
  /** What each value of `reason` means. */
  readonly reasons?: Readonly<Record<string, string>>
  readonly advice: string
}

export const ERROR_HELP: Readonly<Record<Language, Readonly<Record<ErrorCode, ErrorHelp>>>> = {
  en: ENGLISH_HELP,
  'zh-CN': CHINESE_HELP,
}
