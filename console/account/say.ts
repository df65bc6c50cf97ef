// Says a text in the language of the page, with its blanks filled in.

import { filled } from '../../src/client/filled.ts'
import { en, type Texts } from './texts-en.ts'
import { zh } from './texts-zh-cn.ts'

export type TextKey = keyof Texts

/** The server chooses it, so it never changes while the page is open. */
export const language = document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'
const texts: Texts = { en, 'zh-CN': zh }[language]

export function say(key: TextKey, blanks: Readonly<Record<string, string | number>> = {}): string {
  return filled(texts[key], blanks)
}

export function isText(key: string): key is TextKey {
  return Object.hasOwn(texts, key)
}
