// Waiting for an answer, but not for ever: what does not come in time is a fault, whatever becomes of it later.

import { StoreError } from '../domain/errors.ts'

export class TooLate extends StoreError {}

/** @param patience milliseconds @throws TooLate: "`subject` does not answer in time." */
export async function inTime<T>(answer: Promise<T>, patience: number, subject: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`${subject} does not answer in time.`)), patience)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
