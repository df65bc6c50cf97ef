// Starts a temporary Redis on a free port.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { listenOnFreePort } from './listen.ts'

/** The timeout for the start, in milliseconds. */
const START_TIMEOUT_MS = 10_000

/** @throws Error that names the package to install */
export async function startRedis(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-redis-'))
  const found = await listenOnFreePort(createServer())
  const { port } = new URL(found.url)
  await found.close()
  const child = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  // A process that could not be started has no pid, and emits this event.
  let isMissing = false
  child.once('error', () => {
    isMissing = true
  })
  // Stop Redis whenever this process exits, unless it is killed.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const close = async () => {
    process.off('exit', kill)
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      kill()
      await gone
    }
    await rm(folder, { recursive: true, force: true })
  }
  for (const end = Date.now() + START_TIMEOUT_MS; !(await isListening(Number(port))); await pause(20)) {
    if (!isMissing && child.exitCode === null && Date.now() < end) continue
    await close()
    throw new Error(isMissing ? 'Redis is not installed: apt-get install redis-server' : 'Redis does not start')
  }
  return { url: `redis://127.0.0.1:${port}`, close }
}

/** Whether a server accepts connections on this port. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
