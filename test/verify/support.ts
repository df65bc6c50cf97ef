// A verifier in front of a real server, over a line that can be cut.

import { equal } from 'node:assert/strict'
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verify/index.ts'
import { type Line, startLine } from '../support/line.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { Visitor } from '../support/visitor.ts'

export async function makeServiceKey(server: RunningServer): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['service-key', 'create', 'shop', '--json'], { folder: server.folder })
  equal(code, 0, stderr)
  return JSON.parse(stdout).key
}

export interface Setting extends AsyncDisposable {
  readonly server: RunningServer
  readonly line: Line
  readonly serviceKey: string
  verifier(options?: Partial<VerifierOptions>): Verifier
  /** Somebody new, signed in. */
  visitor(): Promise<Visitor>
}

let visitors = 0

export async function startSetting(env: Readonly<Record<string, string>> = {}): Promise<Setting> {
  const server = await startServer({ env })
  const line = await startLine(server.url)
  const serviceKey = await makeServiceKey(server)
  const verifiers: Verifier[] = []
  return {
    server,
    line,
    serviceKey,
    verifier(options) {
      const made = createVerifier({ issuer: server.publicUrl, serviceKey, fetch: over(line, server.publicUrl), ...options })
      verifiers.push(made)
      return made
    },
    async visitor() {
      const visitor = new Visitor(server.url)
      visitors += 1
      await visitor.register(`Visitor-${visitors}`)
      return visitor
    },
    async [Symbol.asyncDispose]() {
      for (const verifier of verifiers) verifier.close()
      await line[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Requests to the issuer go along the line. */
function over(line: Line, issuer: string): typeof globalThis.fetch {
  return (input, init) => fetch(String(input).replace(issuer, line.url), init)
}

export async function says(verifier: Verifier, token: string): Promise<string> {
  const verdict = await verifier.verify(token)
  return verdict.ok ? 'ok' : verdict.reason
}

export async function untilSays(verifier: Verifier, token: string, wished: string): Promise<void> {
  await until(`the verifier to say ${wished}`, async () => (await says(verifier, token)) === wished)
}
