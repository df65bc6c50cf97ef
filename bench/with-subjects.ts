// Starts the subjects of a measure one after the other, and always stops them.

import type { Context } from './context.ts'
import { SubjectProcess } from './processes.ts'

export async function withSubjects<T>(
  { reportProgress }: Context,
  files: readonly string[],
  use: (subjects: readonly SubjectProcess[]) => Promise<T>,
  cores?: string,
): Promise<T> {
  const started: SubjectProcess[] = []
  try {
    for (const file of files) {
      reportProgress(`starting ${file}`)
      started.push(await SubjectProcess.start(file, cores))
    }
    return await use(started)
  } finally {
    await Promise.all(started.map((subject) => subject.close()))
  }
}
