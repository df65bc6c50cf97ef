// The password strength hint of the registration page agrees with the server.

import { equal, ok } from 'node:assert/strict'
import { after, test } from 'node:test'
import { contextWords } from '../../src/domain/guessing/bounds.ts'
import { unpackWordList } from '../../src/domain/guessing/word-list.ts'
import { checkStrength } from '../../src/domain/password.ts'
import { BUILT_ASSETS } from '../../src/pages/assets.ts'
import { strengthOf } from '../../src/pages/script/strength.ts'
import { createPasswordEstimator } from '../../src/platform/password-strength.ts'
import { commonestPasswords, DISGUISES } from '../support/passwords.ts'

const estimator = createPasswordEstimator()
after(() => estimator.close())

test('the strength hint says "good" for exactly the passwords that the server accepts', async () => {
  const asset = BUILT_ASSETS.file(BUILT_ASSETS.entry('words')?.script ?? '')
  ok(asset, 'the word list is a built asset')
  const words = unpackWordList(new TextDecoder().decode(asset.plain))
  const names = ['latchkey', 'https://login.harbourlights.example', 'zebulonquax']
  const disguised = commonestPasswords(20, 8).flatMap((password) => Object.values(DISGUISES).map((disguise) => disguise(password)))
  const others = [
    '',
    'abc',
    'zebulonquax77',
    'Harbourlights!2026',
    'marzipan tundra oboe clavicle',
    'kX9#qLm2vTz8wRb4',
    'gtrnwqzp',
    'thisismypassword',
    'x'.repeat(300),
    '今天天气很好我们去公园玩吧',
  ]
  const seen = new Set<boolean>()
  for (const password of [...others, ...disguised]) {
    const strength = await estimator.estimate(password, contextWords(names))
    const accepted = strength !== undefined && checkStrength(strength) === undefined
    equal(strengthOf(password, names, words) >= 3, accepted, password)
    seen.add(accepted)
  }
  equal(seen.size, 2)
})
