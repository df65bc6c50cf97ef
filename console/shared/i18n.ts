// Translates text keys into the language of the page, and inserts values.

import { interpolate } from '../../src/client/interpolate.ts'
import { en, type Texts } from './texts-en.ts'
import { zh } from './texts-zh-cn.ts'

export type TextKey = keyof Texts
type MessageValues = Readonly<Record<string, string | number>>

/** The server sets the language, so it never changes while the page is open. */
export const language = document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'
const shared: Texts = { en, 'zh-CN': zh }[language]

/** @param texts the texts of one page, besides the shared texts */
export function createTranslate<Key extends string>(texts: Readonly<Record<typeof language, Readonly<Record<Key, string>>>>) {
  const all: Readonly<Record<Key | TextKey, string>> = { ...shared, ...texts[language] }
  return (key: Key | TextKey, values: MessageValues = {}): string => interpolate(all[key], values)
}

export const t = createTranslate<never>({ en: {}, 'zh-CN': {} })

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(shared, key)
}
