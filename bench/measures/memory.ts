// What a live session costs in memory, for those who keep sessions there.

import type { Context } from '../context.ts'
import { type Measured, type Row, rowsOf } from '../rows.ts'
import { withSubjects } from '../started.ts'
import { LIMITS, OURS, PEER_FILES } from '../subjects.ts'

export async function memory(context: Context): Promise<readonly Row[]> {
  const count = context.quick ? 100_000 : 1_000_000
  const measured: Measured[] = []
  for (const file of [LIMITS.objects, OURS.remembering, ...PEER_FILES]) {
    await withSubjects(context, [file], async ([subject]) => {
      if (subject === undefined || !subject.ready.can.includes('holdSessions')) return
      const before = await subject.memory()
      context.tell(`${subject.ready.name} holds ${count} sessions`)
      await subject.hold(count)
      const after = await subject.memory()
      measured.push({ subject: subject.ready.name, values: [(usedOf(after) - usedOf(before)) / count] })
    })
  }
  const name = `memory: each of ${count.toLocaleString('en')} sessions`
  return rowsOf(name, 'bytes', measured, 'limit: plain objects in a Map', [
    { name: 'P9', subject: 'Latchkey (verified credentials)', below: 400 },
  ])
}

function usedOf({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return heapUsed + external
}
