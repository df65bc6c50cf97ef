// Password hashes of other software: recognized, verified, and rejected when they cost too much.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import { parseHash } from '../../src/domain/legacy-hash.ts'
import { createArgon2 } from '../../src/platform/argon2.ts'
import { bcrypt } from '../support/bcrypt.ts'

const argon2 = createArgon2()
const MATCHES = { ok: true, needsRehash: true }
const MISMATCH = { ok: false, needsRehash: false }

async function assertVerifiesOnly(stored: string, password: string): Promise<void> {
  deepEqual(await argon2.verify(stored, password), MATCHES, stored)
  deepEqual(await argon2.verify(stored, `${password}!`), MISMATCH, stored)
  deepEqual(await argon2.verify(stored, ''), MISMATCH, stored)
}

/** Creates hashes with Python's hashlib, in the formats of Django and passlib. */
const IN_PYTHON = `
import base64, hashlib, sys, unicodedata
password = sys.argv[1].encode()
b64 = lambda raw: base64.b64encode(raw).decode()
bare = lambda raw: b64(raw).rstrip('=')
dotted = lambda raw: bare(raw).replace('+', '.')
salt = bytes(range(200, 216))
for digest in ('sha1', 'sha256', 'sha512'):
    print('pbkdf2_%s$1200$NaCl/ä$%s' % (digest, b64(hashlib.pbkdf2_hmac(digest, password, 'NaCl/ä'.encode(), 1200))))
for digest, name in (('sha1', 'pbkdf2'), ('sha256', 'pbkdf2-sha256'), ('sha512', 'pbkdf2-sha512')):
    print('$%s$900$%s$%s' % (name, dotted(salt), dotted(hashlib.pbkdf2_hmac(digest, password, salt, 900))))
print('scrypt$1024$NaCl$8$5$%s' % b64(hashlib.scrypt(password, salt=b'NaCl', n=1024, r=8, p=5, dklen=64, maxmem=2**27)))
for name in ('n=1024', 'ln=10'):
    print('$scrypt$%s,r=8,p=1$%s$%s' % (name, bare(salt), bare(hashlib.scrypt(password, salt=salt, n=1024, r=8, p=1, dklen=32))))
hexed = salt.hex()
normal = unicodedata.normalize('NFKC', sys.argv[1]).encode()
print('%s:%s' % (hexed, hashlib.scrypt(normal, salt=hexed.encode(), n=16384, r=16, p=1, dklen=64, maxmem=2**27).hex()))
`

function hashesFromPython(password: string): readonly string[] {
  return execFileSync('python3', ['-c', IN_PYTHON, password], { encoding: 'utf8' }).trim().split('\n')
}

test('PBKDF2 and scrypt hashes of Python verify, in the formats of Django, passlib, Node and Better Auth', async () => {
  const hashes = hashesFromPython('correct horse ﬁsh')
  equal(hashes.length, 10)
  for (const stored of hashes) await assertVerifiesOnly(stored, 'correct horse ﬁsh')
})

test('the test vectors of RFC 7914 and RFC 6070 verify', async () => {
  const scrypt = Buffer.from(
    'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    'hex',
  ).toString('base64')
  await assertVerifiesOnly(`scrypt$1024$NaCl$8$16$${scrypt}`, 'password')
  const pbkdf2 = Buffer.from('4b007901b765489abead49d926f721d065a429c1', 'hex').toString('base64')
  await assertVerifiesOnly(`pbkdf2_sha1$4096$salt$${pbkdf2}`, 'password')
})

test('the test vectors of bcrypt verify, with each prefix', async () => {
  const vectors = [
    ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
    ['$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
    ['$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*'],
    ['bcrypt$$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
  ] as const
  for (const [stored, password] of vectors) await assertVerifiesOnly(stored, password)
  const digest = execFileSync('python3', ['-c', "import hashlib; print(hashlib.sha256(b'old password').hexdigest())"], {
    encoding: 'utf8',
  }).trim()
  await assertVerifiesOnly(`bcrypt_sha256$${await bcrypt(digest)}`, 'old password')
})

test('bcrypt compares the first 72 bytes of a longer password, like the software that created the hash', async () => {
  const long = 'ä'.repeat(40)
  const stored = await bcrypt(long)
  deepEqual(await argon2.verify(stored, long), MATCHES)
  deepEqual(await argon2.verify(stored, 'ä'.repeat(35)), MISMATCH)
})

test('Argon2 hashes of every kind from OpenSSL verify, also with the prefix of Django', async () => {
  for (const kind of ['argon2id', 'argon2i', 'argon2d'] as const) {
    const [nonce, memory, passes, parallelism] = [Buffer.from('a salt of sorts!'), 256, 3, 2]
    const key = argon2Sync(kind, { message: 'old password', nonce, memory, passes, parallelism, tagLength: 48 })
    const bare = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
    const phc = `$${kind}$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(nonce)}$${bare(key)}`
    await assertVerifiesOnly(phc, 'old password')
    await assertVerifiesOnly(`argon2${phc}`, 'old password')
  }
  // From the reference implementation, in its first version, where the version may be omitted.
  await assertVerifiesOnly('$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ', 'password')
})

test('a typed password matches whatever Unicode normal form was hashed', async () => {
  const forms = ['NFC', 'NFD', 'NFKC'] as const
  for (const hashed of forms) {
    const password = 'Crème ﬁne'.normalize(hashed)
    const stored = [await bcrypt(password), ...hashesFromPython(password)]
    for (const typed of ['NFC', 'NFD'] as const) {
      for (const each of stored) deepEqual(await argon2.verify(each, 'Crème ﬁne'.normalize(typed)), MATCHES, `${hashed} ${typed} ${each}`)
    }
  }
})

test('a hash that costs too much is rejected and matches nothing', async () => {
  const b64 = (length: number) => Buffer.alloc(length, 7).toString('base64').replaceAll('=', '')
  const tail = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
  const expensive: readonly (readonly [string, RegExp])[] = [
    [`$argon2id$v=19$m=1048577,t=1,p=1$${b64(16)}$${b64(32)}`, /1025 MiB of memory/],
    [`$argon2id$v=19$m=1048576,t=5,p=1$${b64(16)}$${b64(32)}`, /too long/],
    [`$argon2id$v=19$m=15,t=1,p=2$${b64(16)}$${b64(32)}`, /Argon2 does not allow/],
    [`$argon2id$v=19$m=64,t=1,p=1$${b64(16)}$${b64(8)}`, /cut off/],
    [`$scrypt$ln=19,r=8,p=1$${b64(16)}$${b64(32)}`, /512 MiB of memory/],
    [`$scrypt$n=16384,r=8,p=200$${b64(16)}$${b64(32)}`, /too long/],
    [`$scrypt$n=1000,r=8,p=1$${b64(16)}$${b64(32)}`, /scrypt does not allow/],
    [`$2b$16$${tail}`, /bcrypt cost 16; at most 15/],
    [`$2b$03$${tail}`, /bcrypt does not allow/],
    [`pbkdf2_sha256$10000001$salt$${b64(32)}=`, /10000001 iterations/],
    [`pbkdf2_sha1$6000000$salt$${b64(32)}=`, /12000000 iterations/],
    [`pbkdf2_sha256$1$salt$${b64(3)}`, /cut off/],
  ]
  for (const [stored, reason] of expensive) {
    const found = parseHash(stored)
    ok('refused' in found, stored)
    match(found.refused, reason)
    const startedAt = performance.now()
    deepEqual(await argon2.verify(stored, 'U*U'), MISMATCH)
    ok(performance.now() - startedAt < 1000, 'the hash was not computed')
  }
})

test('a text that is not a hash matches nothing', async () => {
  const invalid = [
    '',
    'plain',
    'md5$salt$0123',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$2x$05$',
    '{SSHA}x',
    '!',
    'a:b',
    `${'0'.repeat(32)}:00`,
    '$2b$05$'.padEnd(2000, 'C'),
  ]
  for (const stored of invalid) {
    ok('refused' in parseHash(stored), stored)
    for (const typed of ['', 'plain', stored]) deepEqual(await argon2.verify(stored, typed), MISMATCH, stored)
  }
})

test('a wrong password is never rejected faster than with a hash of current cost', async () => {
  const cpuTime = async (stored: string): Promise<number> => {
    const before = process.cpuUsage()
    for (let round = 0; round < 8; round += 1) await argon2.verify(stored, 'another')
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  const current = (await argon2.hash('a password')) ?? ''
  await cpuTime(current)
  const expected = await cpuTime(current)
  for (const stored of [await bcrypt('a password'), ...hashesFromPython('a password').slice(0, 2), 'no hash at all']) {
    ok((await cpuTime(stored)) > 0.6 * expected, stored)
  }
})
