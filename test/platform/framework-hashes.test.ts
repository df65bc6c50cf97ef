// Password hashes of frameworks and applications, each created by the named software; and hashes that are rejected.

import { deepEqual, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { equalCostHash } from '../../src/domain/hash-cost.ts'
import { parseHash } from '../../src/domain/legacy-hash.ts'
import { createArgon2 } from '../../src/platform/argon2.ts'

const PASSWORD = 'correct horse ﬁsh Ä'
const argon2 = createArgon2()

const HASHES: Readonly<Record<string, readonly [stored: string, password: string]>> = {
  'Werkzeug 2.2, PBKDF2': [
    'pbkdf2:sha256:1000$RGonMwcSfFbg0zIY$cd718f391ecac382b41db8e6c4737d6aabb1370fec5bf18a876a3fc56d1b0248',
    PASSWORD,
  ],
  'Werkzeug 2.2, PBKDF2 with SHA-1': ['pbkdf2:sha1:1000$25MfNzwdR5AgaFVD$1e2245c4bd6cd1ea0cdf134a0b8bc0327e7d7dee', PASSWORD],
  'Werkzeug 2.2, PBKDF2 with SHA-384': [
    'pbkdf2:sha384:1000$XF2xKkOUp76r0N1T$3cb5db934d0aaa75a8d8df69f7ebe5ad0ae76b2ddc7e2f07535aade101e5559379c651e95064e9a4b08f35962ea80de3',
    PASSWORD,
  ],
  'Werkzeug 2.2, PBKDF2 with SHA-512': [
    'pbkdf2:sha512:1000$f4imEUmxceQ2ugd5$a9c467d3a118c96d6ba8848be42c0c25a31115315df48f27550c032331edd7459869ff7ced36ac18d964ba4681ee332e0a18761a473d34b8383abd31de352389',
    PASSWORD,
  ],
  'Werkzeug 2.2, scrypt': [
    'scrypt:1024:8:1$84Q3Qmahq00A3aXA$61eac398120ecdd8092e0f77ee419f525a96a0d9398f239d60e8285e21f6c364e332e4bb62a15e594995b24e120f1c4d0c86dccca1061aa7e6148e77e515a40c',
    PASSWORD,
  ],
  'Werkzeug 2.2, scrypt by default': [
    'scrypt:32768:8:1$A9Y3lKSVDuEUQPRw$283c374062b185a36a1c1e5ae9fcc2ece28fb4ccd62bba158cb80d968f8322f043bbb0d039f0ec22f609c86fa02833468452255d150208e853ecae752801aaa6',
    PASSWORD,
  ],
  'passlib 1.7, bcrypt of an HMAC': ['$bcrypt-sha256$v=2,t=2b,r=4$0ZcSt1DHoihvStzeq90Dcu$JCXHC3cYW5qekd.U4pznhjtbkckc.eO', PASSWORD],
  'passlib 1.7, bcrypt of SHA-256': ['$bcrypt-sha256$2b,4$FEQvxSk17KvOQUgCvsFyU.$3XVe6kCRq5PO1XZ8hQnD0jy6dLDQfQu', PASSWORD],
  'passlib 1.7, scrypt': ['$scrypt$ln=10,r=8,p=1$8x6jNIaQ8l5rTUlJiXFO6Q$m9GIs9qAnw4LkYR1YTCZbiklQBNcPI5xlt0bSazgBqY', PASSWORD],
  'passlib 1.7, PBKDF2': [
    '$pbkdf2-sha512$900$8J4TQui9t3aOkfLe.z9nzA$ErxYdo4oEYko9FbiLMUmAdolr5gsvyDz6dP2h8GTMdpn1iaqkwlpJebXG5ckhmkv8pSGCvkbSGvafKEYfZWQqg',
    PASSWORD,
  ],
  'passlib 1.7, phpass as of phpBB': ['$H$6t0n.vHCdPRbpbjtzLiWUbDD0u9Gmo.', PASSWORD],
  'phpass as WordPress 6.1 brings it': ['$P$BmElnc1IYjkAUPEpVvM6X/kmpFsB6C.', PASSWORD],
  'PHP 8.2, as WordPress 6.8 hashes': ['$wp$2y$05$BPM/DfxHBq2zoIuP82mkTOoPMY6jNb0YQmnJgkQ49jT7ZUQyLdUsG', PASSWORD],
  'PHP 8.2, bcrypt': ['$2y$04$59DmFFbppGqBh/U9quqbBeAYfUjviu5PtSNYiFr2vTymXF1XVfjVK', PASSWORD],
  'PHP 8.2, Argon2id': ['$argon2id$v=19$m=256,t=2,p=1$cFVRMXlQYUZOVHhlMkhDOA$H7BjXEtNhTbxTyZZw3sDyHfx1VAX/+lWeQrh2TtFu28', PASSWORD],
  'PHP 8.2, Argon2i': ['$argon2i$v=19$m=256,t=2,p=1$WXNIREQ4anBlRURQODk5Uw$1UiQIh3F7Ffv9vz15QTJiX+5AsxME6reRCp4IkxeqEI', PASSWORD],
  'Django 3.2, PBKDF2': ['pbkdf2_sha256$260000$33ZgGOSm3hSjDlmnND6VJp$Y3jn2t2lM3v8AFKPVQEczLG9aBUmjq3n/f1hDpgz89E=', PASSWORD],
  'Django 3.2, Argon2': ['argon2$argon2id$v=19$m=102400,t=2,p=8$c0sxRE12TXRrY1hEQ3JmRnczVWRxSg$IKPqdQii6C2uGkpqgEM9TQ', PASSWORD],
  'Django 3.2, bcrypt of SHA-256': ['bcrypt_sha256$$2b$12$sJMfYH8FHPYXitvDOspzWeIstX/7tysV2CyWeQCCyZMhgdVErhrAm', PASSWORD],
  'Lucia 2.7': [
    's2:1hhqbdrfh3u6a8e3:b33b4538ad0e724e81c7cdfd40f3ab8095a582f270f1b6941c7fd07371b387614105a53a1202c1ab6035030ba452a5d373505b21281c056709d80b53938fca6e',
    PASSWORD,
  ],
  '@phc/pbkdf2 1.1': ['$pbkdf2-sha256$i=1000$1FrrvFWQt0h2HiSFsdxv4w$O938Y0Ioo/bdaqlyFjo9muxZNe+0whTR72578BTUlzE', PASSWORD],
  // From the documentation of Spring Security.
  'Spring Security, bcrypt': ['{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG', 'password'],
  'Spring Security, PBKDF2': ['{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc', 'password'],
  'Spring Security, scrypt': [
    '{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=',
    'password',
  ],
  // From the tests of ASP.NET Core.
  'ASP.NET Identity 2': ['AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==', 'my password'],
  'ASP.NET Core Identity, SHA-1': ['AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M', 'my password'],
  'ASP.NET Core Identity, SHA-256': [
    'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
    'my password',
  ],
  'ASP.NET Core Identity, SHA-512': ['AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==', 'my password'],
  // From the example hashes of hashcat.
  'Drupal 7': ['$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf', 'hashcat'],
  'phpass, 2048 rounds': ['$P$984478476IagS59wHZvyQMArzfx58u.', 'hashcat'],
  'Nextcloud, before a bcrypt hash': ['1|$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
  'Dovecot, before a bcrypt hash': ['{BLF-CRYPT}$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
}

for (const [name, [stored, password]] of Object.entries(HASHES)) {
  test(`${name}: the password matches, and no other`, async () => {
    ok(!('refused' in parseHash(stored)), stored)
    deepEqual(await argon2.verify(stored, password), { ok: true, needsRehash: true })
    for (const other of [`${password}!`, '', `x${password}`]) {
      deepEqual(await argon2.verify(stored, other), { ok: false, needsRehash: false }, other)
    }
  })
}

test('the sample of equal cost for each hash is recognized, and is its own sample', () => {
  for (const [stored] of Object.values(HASHES)) {
    const sample = equalCostHash(stored)
    ok(sample !== undefined && equalCostHash(sample) === sample, stored)
  }
})

test('WordPress trims a password before it hashes', async () => {
  const [stored = ''] = HASHES['PHP 8.2, as WordPress 6.8 hashes'] ?? []
  deepEqual(await argon2.verify(stored, ` ${PASSWORD}\n`), { ok: true, needsRehash: true })
})

test('a hash that costs too much or is truncated is rejected in each format', async () => {
  const key = '00'.repeat(32)
  const spring = HASHES['Spring Security, scrypt']?.[0] ?? ''
  const refused: readonly (readonly [string, RegExp])[] = [
    [`scrypt:1048576:8:1$salt$${key}`, /1024 MiB of memory/],
    [`scrypt:32768:8:1$salt$${'00'.repeat(8)}`, /cut off/],
    [`pbkdf2:sha256:10000001$salt$${key}`, /10000001 iterations/],
    [`pbkdf2:md5:1000$salt$${key}`, /not supported/],
    [spring.replace('$e0801$', '$ff0801$'), /does not allow|of memory/],
    [spring.replace('$e0801$', '$150801$'), /2048 MiB of memory/],
    ['{pbkdf2}5d923b44a6d129f3', /not supported/],
    ['$P$I84478476IagS59wHZvyQMArzfx58u.', /1048576 rounds; at most 131072/],
    ['$P$384478476IagS59wHZvyQMArzfx58u.', /phpass does not allow/],
    ['$wp$2y$16$BPM/DfxHBq2zoIuP82mkTOoPMY6jNb0YQmnJgkQ49jT7ZUQyLdUsG', /bcrypt cost 16/],
    ['$bcrypt-sha256$v=2,t=2b,r=31$0ZcSt1DHoihvStzeq90Dcu$JCXHC3cYW5qekd.U4pznhjtbkckc.eO', /bcrypt cost 31/],
    // Too short, with trailing data, and with a salt longer than the data.
    ['AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggE=', /not supported/],
    ['AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJgAAAAAAAAAAAAA=', /not supported/],
    ['AQAAAAAAAAD6AAAA/whftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M', /not supported/],
    ['AQAAAAMAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M', /not supported/],
    ['{bcrypt}{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG', /not supported/],
  ]
  for (const [stored, reason] of refused) {
    const found = parseHash(stored)
    ok('refused' in found, stored)
    match(found.refused, reason)
    deepEqual(await argon2.verify(stored, 'password'), { ok: false, needsRehash: false })
  }
})

test('plain text and digests without iterations are rejected as such', () => {
  const weak = [
    ...['{noop}password', '{MD5}x', '{SSHA}x', '{SHA-256}x', '{sha256}x', 'md5$salt$00', 'sha1$salt$00', 'sha256$salt$00', '$1$salt$x'],
    ...['5f4dcc3b5aa765d61d8327deb882cf99', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'AB'.repeat(32)],
  ]
  for (const stored of weak) {
    const found = parseHash(stored)
    match('refused' in found ? found.refused : '', /plain text or a fast digest, which attackers guess by the billion a second/, stored)
  }
})
