// A Redis with throw-away data on a free port, for the peers and for ours.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { listening } from './listening.ts'

/** @throws Error with what to install */
export async function startRedis(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-redis-'))
  const found = await listening(createServer())
  const { port } = new URL(found.url)
  await found.close()
  const child = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  const missing = once(child, 'error').then(() => {
    throw new Error('Redis is not installed: apt-get install redis-server')
  })
  missing.catch(() => {})
  await Promise.race([pause(500), missing])
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}
