// Says a text of the table in the language of the page, with its blanks filled in.

import { type Language, TEXTS, type Texts } from './texts.ts'

export type TextKey = keyof Texts

/** The server chooses it, so it never changes while the page is open. */
export const language: Language = document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'

export function say(key: TextKey, blanks: Readonly<Record<string, string | number>> = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (blank, name: string) => String(blanks[name] ?? blank))
}

export function isText(key: string): key is TextKey {
  return Object.hasOwn(TEXTS.en, key)
}
