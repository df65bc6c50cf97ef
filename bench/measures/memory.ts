// Measures the memory of a live session, for subjects that keep sessions in memory.

import type { Context } from '../context.ts'
import { type Measurement, type Row, toRows } from '../rows.ts'
import { LATCHKEY_SUBJECTS, LIMITS, PEER_FILES } from '../subjects.ts'
import { withSubjects } from '../with-subjects.ts'

export async function memory(context: Context): Promise<readonly Row[]> {
  const count = context.quick ? 100_000 : 1_000_000
  const measured: Measurement[] = []
  for (const file of [LIMITS.objects, LATCHKEY_SUBJECTS.cacheMemory, ...PEER_FILES]) {
    await withSubjects(context, [file], async ([subject]) => {
      if (subject === undefined || !subject.ready.capabilities.includes('createSessions')) return
      const before = await subject.memory()
      context.reportProgress(`${subject.ready.name} holds ${count} sessions`)
      await subject.createSessions(count)
      const after = await subject.memory()
      measured.push({ subject: subject.ready.name, values: [(usedOf(after) - usedOf(before)) / count] })
    })
  }
  const name = `memory: each of ${count.toLocaleString('en')} sessions`
  return toRows(name, 'bytes', measured, 'limit: plain objects in a Map', [
    { name: 'P9', subject: 'Latchkey (verified credentials)', below: 400 },
  ])
}

function usedOf({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return heapUsed + external
}
