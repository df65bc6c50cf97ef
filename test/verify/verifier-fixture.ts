// A verifier and a real server, connected through a TCP proxy that can disconnect and delay.

import { equal } from 'node:assert/strict'
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verify/index.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

export async function makeServiceKey(server: RunningServer): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['service-key', 'create', 'shop', '--json'], { folder: server.folder })
  equal(code, 0, stderr)
  return JSON.parse(stdout).key
}

export interface VerifierFixture extends AsyncDisposable {
  readonly server: RunningServer
  readonly proxy: TcpProxy
  readonly serviceKey: string
  verifier(options?: Partial<VerifierOptions>): Verifier
  /** A new user, signed in. */
  visitor(): Promise<TestClient>
}

let visitors = 0

export async function startVerifierFixture(env: Readonly<Record<string, string>> = {}): Promise<VerifierFixture> {
  const server = await startServer({ env })
  const proxy = await startTcpProxy(server.url)
  const serviceKey = await makeServiceKey(server)
  const verifiers: Verifier[] = []
  return {
    server,
    proxy,
    serviceKey,
    verifier(options) {
      const verifier = createVerifier({ issuer: server.publicUrl, serviceKey, fetch: fetchThrough(proxy, server.publicUrl), ...options })
      verifiers.push(verifier)
      return verifier
    },
    async visitor() {
      const visitor = new TestClient(server.url)
      visitors += 1
      await visitor.register(`TestClient-${visitors}`)
      return visitor
    },
    async [Symbol.asyncDispose]() {
      for (const verifier of verifiers) verifier.close()
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A fetch that sends requests for the issuer through the proxy. */
function fetchThrough(proxy: TcpProxy, issuer: string): typeof globalThis.fetch {
  return (input, init) => fetch(String(input).replace(issuer, proxy.url), init)
}

export async function verifyResult(verifier: Verifier, token: string): Promise<string> {
  const result = await verifier.verify(token)
  return result.ok ? 'ok' : result.reason
}

export async function waitForResult(verifier: Verifier, token: string, expected: string): Promise<void> {
  await waitFor(`the verifier to say ${expected}`, async () => (await verifyResult(verifier, token)) === expected)
}
