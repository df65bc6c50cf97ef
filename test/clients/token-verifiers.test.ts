// Third-party verifiers for both algorithms: they find the keys by the metadata (RFC 8414), from the issuer alone.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { pythonWith } from '../../tools/debian-packages.ts'
import { openChromium } from '../support/chromium.ts'
import { type RunningServer, runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

const PYTHON = { PyJWT: 'jwt', Authlib: 'authlib', 'python-jose': 'jose' } as const

interface ProgramResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function inPython(library: keyof typeof PYTHON, server: RunningServer, algorithm: string, token: string): Promise<ProgramResult> {
  const python = pythonWith(PYTHON[library])
  ok(python, `${library} is not installed`)
  const script = new URL('verify_token.py', import.meta.url).pathname
  const child = spawn(python, [script, library, server.publicUrl, algorithm, token], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}

interface Metadata {
  readonly issuer: string
  readonly jwks_uri: string
}

interface KeySet {
  readonly keys: readonly Readonly<Record<string, string>>[]
}

async function jsonOf<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T
}

/** The payload of another user under the signature of this one. */
function altered(token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, Buffer.from(JSON.stringify({ ...claims, sub: 'usr_other' })).toString('base64url'), signature].join('.')
}

for (const algorithm of ['EdDSA', 'ES256'])
  describe(`with LATCHKEY_TOKEN_ALG=${algorithm}`, () => {
    test('jose, PyJWT, Authlib and, for ES256, python-jose verify a token and reject an altered one', async () => {
      await using server = await startServer({ env: { LATCHKEY_TOKEN_ALG: algorithm } })
      const visitor = new TestClient(server.url)
      await visitor.register('Ada')
      equal(decodeProtectedHeader(visitor.token).alg, algorithm)

      const metadata = await jsonOf<Metadata>(`${server.publicUrl}/.well-known/oauth-authorization-server`)
      const keys = createRemoteJWKSet(new URL(metadata.jwks_uri))
      const options = { issuer: server.publicUrl, audience: server.publicUrl, typ: 'at+jwt', algorithms: [algorithm] }
      equal((await jwtVerify(visitor.token, keys, options)).payload.sub, visitor.userId)

      for (const library of ['PyJWT', 'Authlib', 'python-jose'] as const) {
        const { code, stdout, stderr } = await inPython(library, server, algorithm, visitor.token)
        if (library === 'python-jose' && algorithm === 'EdDSA') {
          notEqual(code, 0)
          match(stderr, /JWTError|JWKError|not supported|Unsupported/i, 'python-jose does not support EdDSA')
          continue
        }
        equal(code, 0, `${library}: ${stderr}`)
        deepEqual(JSON.parse(stdout), { sub: visitor.userId, sid: visitor.sid }, library)
        notEqual((await inPython(library, server, algorithm, altered(visitor.token))).code, 0, library)
      }
    })
  })

test('a server restarted with the other algorithm signs with it, and accepts tokens it signed before', async () => {
  const folder = await temporaryFolder()
  const first = await startServer({ folder })
  const visitor = new TestClient(first.url)
  await visitor.register('Grace')
  equal(decodeProtectedHeader(visitor.token).alg, 'EdDSA')
  await first.stop()
  const port = new URL(first.url).port
  const env = { LATCHKEY_TOKEN_ALG: 'ES256', LATCHKEY_PUBLIC_URL: first.publicUrl, PORT: port }
  const second = await startServer({ folder, env, args: ['--workers', '2'] })
  try {
    equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
    const older = visitor.token
    const { keys } = await jsonOf<KeySet>(`${second.url}/.well-known/jwks.json`)
    deepEqual(
      keys.map(({ alg, crv, kty, use }) => [alg, crv, kty, use]),
      [
        ['ES256', 'P-256', 'EC', 'sig'],
        ['ES256', 'P-256', 'EC', 'sig'],
        ['EdDSA', 'Ed25519', 'OKP', 'sig'],
      ],
    )
    const newer = new TestClient(second.url)
    await newer.register('Hopper')
    equal(decodeProtectedHeader(newer.token).alg, 'ES256')
    for (const [library, token, algorithm] of [
      ['PyJWT', older, 'EdDSA'],
      ['PyJWT', newer.token, 'ES256'],
      ['python-jose', newer.token, 'ES256'],
    ] as const) {
      const { code, stderr } = await inPython(library, second, algorithm, token)
      equal(code, 0, `${library}: ${stderr}`)
    }
    // A command without the setting in its environment does not change the algorithm.
    const listed = await runCommand(['signing-key', 'rotate', '--json'], { folder })
    equal(listed.code, 0, listed.stderr)
    const { stdout } = await runCommand(['signing-key', 'list', '--json'], { folder })
    deepEqual(
      JSON.parse(stdout).map(({ use, alg }: Readonly<Record<string, string>>) => [use, alg]),
      [
        ['signs', 'ES256'],
        ['next', 'ES256'],
        ['retired', 'ES256'],
        ['retired', 'EdDSA'],
      ],
    )
  } finally {
    await second.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

test('a page of another origin can read the metadata and the keys, with and without cache', async () => {
  await using server = await startServer()
  const otherOrigin = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>x</title>'))
  otherOrigin.listen(0, '127.0.0.1')
  await once(otherOrigin, 'listening')
  const browser = await openChromium()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(otherOrigin.address() as AddressInfo).port}/`)
    const found = await page.evaluate(async (issuer) => {
      const options = { headers: { 'cache-control': 'no-cache' } }
      const load = async <T>(url: string) => (await (await fetch(url, options)).json()) as T
      const metadata = await load<{ issuer: string; jwks_uri: string }>(`${issuer}/.well-known/oauth-authorization-server`)
      const { keys } = await load<{ keys: unknown[] }>(metadata.jwks_uri)
      return { issuer: metadata.issuer, count: keys.length }
    }, server.publicUrl)
    deepEqual(found, { issuer: server.publicUrl, count: 2 })
  } finally {
    await browser.close()
    otherOrigin.close()
  }
})
