// The cost of legacy password hashes, and dummy hashes that contain nothing of the original.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalCostHash, hashCount, slowestSamples } from '../../src/domain/hash-cost.ts'
import { parseHash } from '../../src/domain/legacy-hash.ts'

const KEY = 'q'.repeat(43)
const BCRYPT_10 = `$2y$10$${'abcdefghijklmnopqrstuv'}${'x'.repeat(31)}`
const BCRYPT_13 = BCRYPT_10.replace('$10$', '$13$')

const STORED = [
  BCRYPT_10,
  BCRYPT_13,
  `bcrypt_sha256$$2b$12$${'z'.repeat(53)}`,
  `pbkdf2_sha256$600000$pepper$${KEY}=`,
  `$pbkdf2-sha512$25000$abcdefgh$${'q'.repeat(86)}`,
  `scrypt$16384$pepper$8$1$${'q'.repeat(86)}==`,
  `${'ab'.repeat(16)}:${'cd'.repeat(64)}`,
  `$argon2i$v=19$m=4096,t=3,p=1$${'s'.repeat(22)}$${KEY}`,
]

for (const stored of STORED) {
  test(`the dummy hash of ${stored.slice(0, 24)}… is supported, of the same cost, and without its salt and key`, () => {
    const sample = equalCostHash(stored)
    assert.ok(sample)
    const [was, is] = [parseHash(stored), parseHash(sample)]
    assert.ok('kind' in was && 'kind' in is && was.kind === is.kind)
    assert.equal(equalCostHash(sample), sample)
    for (const secret of ['q'.repeat(16), 'abcdefgh', 'pepper', 'xxxx', 'zzzz', 'ssss', 'abab', 'cdcd']) assert.ok(!sample.includes(secret))
  })
}

test('an unsupported hash has no dummy hash', () => {
  for (const stored of ['', 'plain', '$2b$99$x']) assert.equal(equalCostHash(stored), undefined)
})

test('the slowest of each kind is kept, sorted', () => {
  const sampleOf = (stored: string) => equalCostHash(stored) ?? ''
  const [ten, thirteen] = [sampleOf(BCRYPT_10), sampleOf(BCRYPT_13)]
  const weak = sampleOf(`pbkdf2_sha256$1000$pepper$${KEY}=`)
  const strong = sampleOf(`pbkdf2_sha256$600000$pepper$${KEY}=`)
  assert.deepEqual(slowestSamples([ten, strong, thirteen, weak]), [thirteen, strong].toSorted())
  assert.deepEqual(slowestSamples([thirteen, weak, ten, strong]), [thirteen, strong].toSorted())
  assert.deepEqual(slowestSamples(['nothing']), [])
})

test('the blocks of a long PBKDF2 key count', () => {
  const long = equalCostHash(`pbkdf2_sha256$1000$pepper$${'q'.repeat(86)}==`)
  assert.match(long ?? '', /^pbkdf2_sha256\$2000\$/)
})

test('an entered password is hashed once for each of its normalisation forms', () => {
  assert.equal(hashCount('plain'), 1)
  assert.equal(hashCount('caf\u00e9'), 2)
  assert.equal(hashCount('\ufb01\u00e9e\u0301'), 4)
})
