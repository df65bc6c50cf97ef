// Translates the texts of the admin page.

import { createTranslate } from '../shared/i18n.ts'
import { en } from './texts-en.ts'
import { zh } from './texts-zh-cn.ts'

export const t = createTranslate({ en, 'zh-CN': zh })
