// Eight host processes that concurrently increment one number.

import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const PROGRAM = new URL('./incrementer.ts', import.meta.url).pathname
export const PROCESSES = 8

/** @returns the number of version conflicts */
export async function countConcurrently(env: Readonly<Record<string, string>>, credential: string, increments: number): Promise<number> {
  const children = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const child = spawn(process.execPath, [PROGRAM, credential, String(increments / PROCESSES)], {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      equal((await lines.next()).value, 'ready')
      return { child, lines }
    }),
  )
  for (const { child } of children) child.stdin.end('go\n')
  let conflicts = 0
  for (const { child, lines } of children) {
    conflicts += Number((await lines.next()).value)
    if (child.exitCode === null) await once(child, 'exit')
    equal(child.exitCode, 0)
  }
  return conflicts
}
