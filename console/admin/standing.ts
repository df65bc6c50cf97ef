// What the server asks of an administrator besides a sign-in: the role, a password typed lately, and a session that lives.

import { useSyncExternalStore } from 'react'

export interface Standing {
  /** The server has said that the roles do not allow this. */
  readonly isRefused: boolean
  readonly isAskedForPassword: boolean
  /** How often the password was typed here. */
  readonly signIns: number
  /** When something was last done here, which keeps the session; milliseconds since 1970. */
  readonly usedAt: number
}

let standing: Standing = { isRefused: false, isAskedForPassword: false, signIns: 0, usedAt: Date.now() }
const listeners = new Set<() => void>()
let question: Promise<boolean> | undefined
let answer: (isTyped: boolean) => void = () => {}

export function currentStanding(): Standing {
  return standing
}

export function noteStanding(change: Partial<Standing>): void {
  standing = { ...standing, ...change }
  for (const listener of listeners) listener()
}

export function useStanding(): Standing {
  return useSyncExternalStore(listen, currentStanding)
}

/** One question for all that wait. True once the password was typed; false when it was not to be. */
export function askForPassword(): Promise<boolean> {
  if (question === undefined) {
    question = new Promise((resolve) => {
      answer = resolve
    })
    noteStanding({ isAskedForPassword: true })
  }
  return question
}

export function answerQuestion(isTyped: boolean): void {
  noteStanding({ isAskedForPassword: false, signIns: standing.signIns + Number(isTyped) })
  question = undefined
  answer(isTyped)
}

export function forgetStanding(): void {
  answerQuestion(false)
  noteStanding({ isRefused: false })
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
