// The password strength estimator: word lists, context of the user, patterns, and bounded work.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { after, test } from 'node:test'
import { checkStrength } from '../../src/domain/password.ts'
import { createPasswordEstimator } from '../../src/platform/password-strength.ts'
import { commonestPasswords, DISGUISES, readDiceware } from '../support/passwords.ts'

const estimator = createPasswordEstimator({ queue: 10_000 })
after(() => estimator.close())

async function estimateResult(password: string, context: readonly string[] = []): Promise<string> {
  const strength = await estimator.estimate(password, context)
  ok(strength, 'there is an estimate')
  return checkStrength(strength) ?? 'accepted'
}

const bits = async (password: string, context: readonly string[] = []) => (await estimator.estimate(password, context))?.bits ?? 0

const REJECTED: Readonly<Record<string, readonly string[]>> = {
  'words and years around a common password': [
    'letmein2026!!',
    'Liverpool1892!',
    'ManchesterUnited1999',
    'Welcome2Company!',
    'Charlotte2015',
  ],
  'sentences of the most common words': [
    'thisismypassword',
    'ThisIsAPassword1',
    'this is my password',
    'iloveyousomuch',
    'mydogisthebest',
    'letmeinplease',
  ],
  'well-known passphrases': [
    'correcthorsebatterystaple',
    'CorrectHorseBatteryStaple1',
    'correct-horse-battery-staple',
    'maytheforcebewithyou',
  ],
  'keyboard walks, with Shift and in columns': [
    '!QAZ2wsx#EDC4rfv',
    '1qaz@WSX3edc',
    'qazwsxedcrfv',
    'zaq12wsx',
    '1q2w3e4r5t6y',
    'asdfghjkl;',
    'QWERTYuiop',
    'poiuytrewq',
    'qwerty!@#$%^',
  ],
  'walks over other keyboard layouts': ['azertyuiop1', 'qwertzuiop', 'йцукенгшщз', '147258369', '789456123'],
  'Chinese in pinyin, with numbers': [
    'woaini1314520',
    'woshizhongguoren',
    'wangxiaoming123',
    'zhangwei19900101',
    'wodemima123',
    'yiersansiwuliu',
    '5201314520',
  ],
  'common words of other scripts': ['пароль123', 'привет123', '我爱你我爱你我爱你', '一二三四五六七八'],
  'digits and signs for letters': ['P@ssw0rd2024!', 'pa55w0rd!!!', 'f00tb@ll1987', '$un$h1ne!'],
  'other alphabets, accents and width for letters': ['pässwörd1!', 'ｐａｓｓｗｏｒｄ１', 'раssword123', 'ṕássẃórd2020'],
  'written backwards, twice, or with signs in between': [
    'drowssap123',
    'passwordpassword',
    'dragon!dragon!',
    'letmein1letmein2',
    'p-a-s-s-w-o-r-d',
    'pa.ss.wo.rd.12',
    'abcdeedcba',
  ],
  'dates, sequences and repetition': [
    '20051987',
    '31.12.1999',
    '1999-12-31',
    'abcdefghijkl',
    '13579135',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabc',
    'mondaytuesday',
    'OneTwoThreeFour',
  ],
}

for (const [kind, passwords] of Object.entries(REJECTED)) {
  test(`rejected: ${kind}`, async () => {
    for (const password of passwords) {
      const code = await estimateResult(password)
      ok(code === 'password.too_common' || code === 'password.too_weak', `${password}: ${code}`)
    }
  })
}

test('frequent passwords are reported as common: in any case, and with digits and signs before and after', async () => {
  const common = [
    'password',
    'Password1',
    'QWERTYUIOP',
    'iloveyou',
    '12345678',
    'baseball',
    'letmein2026!!',
    'Liverpool1892!',
    '!!sunshine99',
    'P@ssw0rd',
    'P@$$w0rd2024!',
    'drowssap',
  ]
  for (const password of common) equal(await estimateResult(password), 'password.too_common', password)
  equal(await estimateResult('mydogisthebest'), 'password.too_weak')
})

test('the names of the user and the site are too weak: disguised, repeated, reversed or with a year', async () => {
  ok((await bits('zebulonquax77', ['zebulonquax'])) < (await bits('zebulonquax77')) - 10)
  const context = ['zebulonquax', 'zebulonquax@harbourlights.example', 'harbourlights']
  for (const password of [
    'Zebulonquax1984!',
    'z3bul0nqu@x99',
    'xauqnolubez1',
    'zebulonquaxzebulonquax',
    'HarbourLights2026!',
    'zebulonquax.harbourlights',
  ])
    equal((await estimateResult(password, context)).startsWith('password.'), true, password)
  const name = 'x4j7k2q9w5z8'.repeat(5)
  equal(await estimateResult(`${name}!`, [name]), 'password.too_weak', 'a name that is longer than every word')
})

const ALPHABET = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!@#$%^&*-_=+?'

/** A deterministic random generator (Park and Miller), so that the test has one outcome. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return Math.floor((state / 2_147_483_647) * below)
  }
}

test('accepted: random passwords of 12 characters, from all kinds and from lowercase letters only', async () => {
  const random = seeded(20_261_130)
  for (const alphabet of [ALPHABET, 'abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz0123456789'])
    for (let count = 0; count < 300; count += 1) {
      const password = Array.from({ length: 12 }, () => alphabet.charAt(random(alphabet.length))).join('')
      equal(await estimateResult(password), 'accepted', password)
    }
})

test('accepted: four random words of a long list, separated by spaces, hyphens or nothing', async () => {
  const words = readDiceware()
  const random = seeded(7_776)
  for (const between of [' ', '-', ''])
    for (let count = 0; count < 200; count += 1) {
      const password = Array.from({ length: 4 }, () => words[random(words.length)]).join(between)
      equal(await estimateResult(password), 'accepted', password)
    }
})

test('accepted: passwords that users may well choose', async () => {
  const good = [
    'blue-tulip-under-7-moons',
    'nine-quiet-otters-upstream',
    'marzipan tundra oboe clavicle',
    'four violet trams in rain',
    'kX9#qLm2vTz8wRb4',
    '今天天气很好我们去公园玩吧',
    '床前明月光疑是地上霜',
    'зелёная-лошадь-ест-суп',
    'my cat eats blue pancakes daily',
    '  Ünï\u0000cöde  and spaces kept  ',
    'tr4velling-Zebra-Hums',
    `dragon${'83920485763920'.slice(0, 14)}`,
  ]
  for (const password of good) equal(await estimateResult(password), 'accepted', password)
})

test('a long password is estimated by both ends', async () => {
  equal(await estimateResult('a'.repeat(256)), 'password.too_weak')
  equal(await estimateResult(`${'a'.repeat(200)}kX9#qLm2vTz8wRb4`), 'accepted')
})

test('of the 200 most common passwords of at least 8 characters, fewer than 1 % pass in the usual disguises', async (t) => {
  const all = commonestPasswords(200, 8).flatMap((password) =>
    Object.entries(DISGUISES).map(([name, disguise]) => [name, disguise(password)] as const),
  )
  const passed: string[] = []
  await Promise.all(
    all.map(async ([name, password]) => {
      if ((await estimateResult(password)) === 'accepted') passed.push(`${name}: ${password}`)
    }),
  )
  t.diagnostic(`${passed.length} of ${all.length} pass: ${((100 * passed.length) / all.length).toFixed(2)} %`)
  ok(all.length >= 3_000)
  ok(passed.length / all.length < 0.01, passed.join('\n'))
  deepEqual(
    passed.filter((one) => one.startsWith('as it is') || one.startsWith('capital first')),
    [],
  )
})

test('the word lists are packed into one file of less than 500 kB', () => {
  const folder = new URL('../../src/platform/guessing/', import.meta.url)
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0)
  ok(bytes < 500_000, `${bytes} bytes`)
  const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  deepEqual(
    Object.keys(dependencies).filter((name) => name.includes('zxcvbn')),
    [],
    'the packages of the lists are not dependencies',
  )
})

test('crafted input is truncated before the estimate: excess context and overlong words', async () => {
  const word = 'zebulonquax'
  const context = [...Array.from({ length: 10_000 }, (_, index) => `name${index}`), word]
  ok((await bits('zebulonquax77', context)) > 30, 'only the first of ten thousand words count')
  const long = `${word}${'!'.repeat(1_000_000)}`
  ok((await bits('zebulonquax77', [long])) > 30, 'a word of a million characters is truncated')
  for (const crafted of ['\ufdfa', '@401!|$5', '\u{1f469}\u200d', 'ab', '1q', '\ud800', 'ﬃ']) {
    const strength = await estimator.estimate(crafted.repeat(256 / crafted.length), [crafted.repeat(64)])
    ok(strength && strength.bits < 30, crafted)
  }
})
