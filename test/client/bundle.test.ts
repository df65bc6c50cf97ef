// The browser bundles: their size, and that they contain no server code.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bundle } from '../support/client-bundle.ts'

const KIB = 1024

test('the client is at most 5 KiB gzipped, and contains only its own files and the persisted names', async () => {
  const { code, sources } = await bundle('src/client/index.ts')
  const size = gzipSync(code, { level: 9 }).byteLength
  ok(size <= 5 * KIB, `${size} bytes`)
  deepEqual(
    [...sources].filter((source) => !source.startsWith('src/client/') && source !== 'src/domain/persisted-names.ts'),
    [],
  )
})

test('the DPoP key is a separate chunk of at most 1 KiB gzipped', async () => {
  const { dynamic, code } = await bundle('src/client/index.ts')
  equal(dynamic.length, 1)
  const size = gzipSync(dynamic[0] ?? '', { level: 9 }).byteLength
  ok(size <= KIB, `${size} bytes`)
  ok(!code.includes('indexedDB') && dynamic[0]?.includes('indexedDB'))
})

test('the script of the pages is at most 12 KiB gzipped, with the client and the strength hint', async () => {
  const { code, sources } = await bundle('src/pages/script/main.ts', { whole: true })
  const size = gzipSync(code, { level: 9 }).byteLength
  ok(size <= 12 * KIB, `${size} bytes`)
  deepEqual(
    // The bundler adds its module runtime.
    sources.filter(
      (source) => !/^src\/(client|pages|domain\/guessing)\/|^src\/domain\/(password|persisted-names)\.ts|rolldown\/runtime/.test(source),
    ),
    [],
  )
})

test('importing the client has no side effects on the global object', async () => {
  const before = Object.getOwnPropertyNames(globalThis).length
  const { createClient } = await import('../../src/client/index.ts')
  ok(typeof createClient === 'function')
  ok(Object.getOwnPropertyNames(globalThis).length === before)
})
