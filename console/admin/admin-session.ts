// What the server asks of an administrator besides a sign-in: the role, a password typed lately, and a session that lives.

import { useSyncExternalStore } from 'react'

export interface AdminSession {
  /** The server has said that the roles do not allow this. */
  readonly isForbidden: boolean
  readonly isPasswordRequested: boolean
  /** How often the password was typed here. */
  readonly signIns: number
  /** When something was last done here, which keeps the session; milliseconds since 1970. */
  readonly lastUsedAt: number
}

let adminSession: AdminSession = { isForbidden: false, isPasswordRequested: false, signIns: 0, lastUsedAt: Date.now() }
const listeners = new Set<() => void>()
let passwordPrompt: Promise<boolean> | undefined
let resolvePrompt: (isTyped: boolean) => void = () => {}

export function getAdminSession(): AdminSession {
  return adminSession
}

export function updateAdminSession(change: Partial<AdminSession>): void {
  adminSession = { ...adminSession, ...change }
  for (const listener of listeners) listener()
}

export function useAdminSession(): AdminSession {
  return useSyncExternalStore(listen, getAdminSession)
}

/** One question for all that wait. True once the password was typed; false when it was not to be. */
export function requestPassword(): Promise<boolean> {
  if (passwordPrompt === undefined) {
    passwordPrompt = new Promise((resolve) => {
      resolvePrompt = resolve
    })
    updateAdminSession({ isPasswordRequested: true })
  }
  return passwordPrompt
}

export function resolvePasswordPrompt(isTyped: boolean): void {
  updateAdminSession({ isPasswordRequested: false, signIns: adminSession.signIns + Number(isTyped) })
  passwordPrompt = undefined
  resolvePrompt(isTyped)
}

export function resetAdminSession(): void {
  resolvePasswordPrompt(false)
  updateAdminSession({ isForbidden: false })
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
