// A deadline for a promise. The work itself is not cancelled.

import { StoreError } from '../domain/errors.ts'

export class TimeoutError extends StoreError {}

/** @param timeoutMs milliseconds @throws TimeoutError: "`subject` does not answer in time." */
export async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, subject: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`${subject} does not answer in time.`)), timeoutMs)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
