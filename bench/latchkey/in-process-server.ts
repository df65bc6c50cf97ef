// The server of `latchkey serve`, in this process, so that its processor time can be counted.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '../../src/server/load-settings.ts'
import { createLog } from '../../src/server/log.ts'
import { serve } from '../../src/server/serve.ts'

export interface InProcessServer {
  readonly url: string
  /** The origin that browsers would use. */
  readonly origin: string
  close(): Promise<void>
}

/** @param env settings in addition to a free port, a temporary database, and limits that are never reached */
export async function startInProcessServer(env: Readonly<Record<string, string>>): Promise<InProcessServer> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const all = {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: `sqlite:${folder}/latchkey.db`,
    LATCHKEY_SECRET: 'a-secret-for-the-benchmark-alone-0123456789',
    LATCHKEY_LOGIN_LIMIT: '1000/5m,100000/5m',
    LATCHKEY_REGISTRATION_LIMIT: '1000000/1h',
    ...env,
  }
  const settings = await loadSettings(all, folder)
  const serving = await serve(settings, { log: await createLog(settings.logLevel) })
  return {
    url: serving.url,
    origin: serving.publicUrl,
    async close() {
      await serving.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
