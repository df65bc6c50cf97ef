// Characters that look like Latin letters, for the check of reserved usernames. Derived from Unicode's confusables.txt (UTS 39, 4; ©
// Unicode, Inc., Unicode License V3): letters and digits that NFKC leaves unchanged and whose prototype is one of these letters.

/** Code points, in hexadecimal, by the lower-case Latin letters that they look like. */
const CODE_POINTS: Readonly<Record<string, string>> = {
  a: '251 391 3b1 410 430 13aa 15c5 a4ee 102a0 16f40',
  aa: 'a732 a733',
  ae: 'c6 e6 4d4 4d5',
  ao: 'a734 a735',
  au: 'a736 a737',
  ay: 'a73c a73d',
  b: '184 392 412 42c 13cf 13f4 15af 15f7 a4d0 a7b4 10282 102a1 10301',
  bl: '42b',
  c: '421 441 13df 1d04 2ca4 2ca5 a4da abaf 102a2 10302 10415 1043d 1051c 118e9',
  d: '501 13a0 13e7 146f 15de 15ea a4d2 a4d3',
  e: '395 415 435 4bd 13ac 2d39 a4f0 ab32 10286 118a6 118ae',
  h: '397 41d 4bb 570 13bb 13c2 157c 2c8e a4e7 102cf',
  i: '131 269 26a 3b9 456 4cf 13a5 a647 ab75 118c3',
  l:
    '196 1c0 399 406 4c0 5d5 5df 627 661 6f1 7ca 13de 14aa 16c1 2c92 2cd0 2d4f a4e1 a4f2 1028a 10309 1041b 10526 ' +
    '118a3 118b2 16f16 16f28',
  ll: '1c1 5f0',
  lo: '42e',
  ls: '2aa',
  m: '39c 3fa 41c 13b7 15f0 16d6 2c98 a4df 102b0 10311',
  n: '39d 578 57c 2c9a a4e0 10513',
  o:
    '39f 3bf 3c3 41e 43e 555 585 5e1 647 665 6be 6c1 6d5 6f5 7c0 966 9e6 a66 ae6 b20 b66 be6 c66 ce6 d20 d66 e50 ' +
    'ed0 101d 1040 10ff 12d0 1d0f 1d11 2c9e 2c9f 2d54 a4f3 ab3d 10292 102ab 10404 1042c 104c2 104ea 10516 114d0 ' +
    '118b5 118c8 118d7 118e0',
  oe: '152 153',
  oo: 'a698 a699 a74e a74f',
  p: '3a1 3c1 420 440 13e2 146d 2ca2 2ca3 a4d1 10295',
  r: '1a6 433 13a1 13d2 1587 1d26 2c85 a4e3 ab47 ab48 ab81 104b4 16f35',
  rn: '11700 118e3',
  s: '1bd 405 455 54f 13d5 13da a4e2 a731 abaa 10296 10420 10448 118c1 16f3a',
  t: '3a4 422 13a2 2ca6 a4d4 10297 102b1 10315 118bc 16f0a',
  ts: '2a6',
  u: '28b 3c5 54d 57d 1200 144c 1d1c a4f4 a79f ab4e ab52 104ce 104f6 118b8 118d8 16f42',
  ue: '1d6b',
  uo: 'ab63',
  w: '26f 461 51c 51d 561 13b3 13d4 1d21 a4ea ab83 1170a 1170e 1170f 118e6',
  y: '263 28f 3a5 3b3 423 443 4ae 4af 10e7 13a9 13bd 1d8c 1eff 2ca8 a4ec ab5a 102b2 118a4 118dc 16f43',
}

/** `m` looks like `rn`; `i`, `l` and `1` look like each other. */
const LATIN_CONFUSABLES: readonly (readonly [string, string])[] = [
  ['0', 'o'],
  ['1', 'l'],
  ['i', 'l'],
  ['m', 'rn'],
]

const LATIN_CONFUSABLE_MAP = new Map(LATIN_CONFUSABLES)
const CONFUSABLES = new Map(
  Object.entries(CODE_POINTS).flatMap(([latin, codes]) =>
    codes.split(' ').map((code) => [String.fromCodePoint(parseInt(code, 16)), latin]),
  ),
)

/** The skeleton of a text (UTS 39, 4): two texts with the same skeleton look alike. */
export function skeleton(text: string): string {
  const latin = [...text].map((character) => CONFUSABLES.get(character) ?? character).join('')
  return [...latin.toLowerCase()].map((character) => LATIN_CONFUSABLE_MAP.get(character) ?? character).join('')
}
