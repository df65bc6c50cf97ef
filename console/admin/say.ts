// Says a text of the page for administrators, in its language.

import { createSay } from '../shared/say.ts'
import { en } from './texts-en.ts'
import { zh } from './texts-zh-cn.ts'

export const say = createSay({ en, 'zh-CN': zh })
