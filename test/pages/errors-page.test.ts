// The errors page, which the `type` of every problem document links to: advice for each code, in both languages.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { STATUS } from '../../src/http/problem.ts'
import { createLatchkey } from '../../src/index.ts'
import { ENGLISH_HELP } from '../../src/pages/error-help-en.ts'
import { CHINESE_HELP } from '../../src/pages/error-help-zh-cn.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { startInProcess } from '../support/in-process.ts'

const HELP = { en: ENGLISH_HELP, 'zh-CN': CHINESE_HELP } as const

/** The text of a markup, without tags and entities. */
function textOf(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

function articlesOf(body: string): ReadonlyMap<string, string> {
  return new Map([...body.matchAll(/<article id="([\w.]+)".*?<\/article>/gs)].map(([article, code = '']) => [code, textOf(article)]))
}

test('the errors page has cause, reasons and advice for each code, under its anchor, in both languages', async () => {
  await using latchkey = await startInProcess()
  const refused = await latchkey.call('GET', '/access/session')
  equal(new URL(refused.json.type).hash, '#session.required')
  equal(new URL(refused.json.type).pathname, '/docs/errors')
  for (const lang of ['en', 'zh-CN'] as const) {
    const { body } = await latchkey.call('GET', `/docs/errors?lang=${lang}`)
    const articles = articlesOf(body ?? '')
    deepEqual([...articles.keys()], [...ERROR_CODES])
    for (const code of ERROR_CODES) {
      const article = articles.get(code) ?? ''
      const { cause, reasons = {}, advice } = HELP[lang][code]
      ok(article.includes(String(STATUS[code])), `${lang} ${code}: its status`)
      for (const text of [cause, advice, ...Object.keys(reasons), ...Object.values(reasons)])
        ok(article.includes(text.replaceAll('`', '')), `${lang} ${code}: ${text}`)
    }
  }
})

test('both languages explain the same codes and reasons', () => {
  for (const code of ERROR_CODES) {
    const [english, chinese] = [ENGLISH_HELP[code], CHINESE_HELP[code]]
    deepEqual(Object.keys(chinese.reasons ?? {}), Object.keys(english.reasons ?? {}), code)
    for (const text of [chinese.cause, chinese.advice, ...Object.values(chinese.reasons ?? {})]) match(text, /\p{Script=Han}/u, code)
    for (const text of [english.cause, english.advice, ...Object.values(english.reasons ?? {})]) {
      ok(!/\p{Script=Han}/u.test(text), code)
      equal(text.split('`').length % 2, 1, `${code}: a backtick without its pair`)
    }
  }
})

test('an embedded Latchkey serves the errors page too', async () => {
  const store = createMemoryStore()
  const latchkey = await createLatchkey({ secret: 'a-secret-of-thirty-two-characters-or-more' }, { store })
  try {
    ok(latchkey.paths.pages.includes('/docs/errors'))
    const response = await latchkey.handler(new Request('http://localhost:3000/docs/errors'))
    const articles = articlesOf(await response.text())
    ok(articles.get('rate.limited')?.includes(ENGLISH_HELP['rate.limited'].advice.replaceAll('`', '')))
  } finally {
    await latchkey.close()
  }
})
