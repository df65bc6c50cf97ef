// Latchkey embedded in this process, with a signed-in user.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../../src/compose.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { SignInResult } from '../../src/engine/issue-credentials.ts'
import { register } from '../../src/engine/register.ts'
import type { AdapterTarget } from '../../src/http/adapter-target.ts'
import { createGuard, type Guard } from '../../src/http/guard.ts'
import { createHandler } from '../../src/http/handler.ts'
import { createReadiness } from '../../src/http/readiness.ts'
import { createRouteGuard } from '../../src/http/route-guard.ts'
import { readSettings, type SettingInputs } from '../../src/settings.ts'
import { PASSWORD } from './registered-user.ts'

export interface EmbeddedSubject extends AdapterTarget {
  readonly engine: Engine
  readonly guard: Guard
  readonly publicUrl: string
  readonly signedIn: SignInResult
  readonly sid: string
  readonly session: string
  readonly token: string
  /** The challenge with which a browser would bind the session to its device. */
  readonly deviceChallenge: string | undefined
  close(): Promise<void>
}

/** @param settings in addition to a temporary SQLite database */
export async function startEmbedded(settings: SettingInputs = {}): Promise<EmbeddedSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const databaseUrl = `sqlite:${folder}/latchkey.db`
  const all = readSettings({ databaseUrl, secret: 'a-secret-for-the-benchmark-alone-0123456789', ...settings }, (key) => key)
  const publicUrl = all.publicUrl ?? 'http://localhost:3000'
  const engine = await compose(all, publicUrl)
  const app = { engine, publicUrl, readiness: createReadiness(engine), isStopping: () => false }
  const user = { username: 'Alice', password: PASSWORD, email: null, delivery: 'cookie', remember: false } as const
  const signedIn = await register(engine, user, { ip: '', userAgent: '' }, { sessions: [], rememberMe: [] })
  if (!('sessionCredential' in signedIn) || signedIn.sessionCredential === undefined) throw new Error('The user could not be registered')
  return {
    engine,
    guard: createGuard(engine),
    handle: createHandler(app),
    routeGuard: createRouteGuard(app),
    paths: { api: ['/access/*'], pages: [], admin: [] },
    publicUrl,
    signedIn,
    sid: signedIn.session.id,
    session: signedIn.sessionCredential.value,
    token: signedIn.token.token,
    deviceChallenge: signedIn.deviceChallenge,
    async close() {
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
