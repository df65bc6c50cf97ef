// The state of the administrator's session: the role, re-authentication, and the last activity.

import { useSyncExternalStore } from 'react'

export interface AdminSession {
  /** Set once the server has answered `role.required`. */
  readonly isForbidden: boolean
  readonly isPasswordRequested: boolean
  /** How often the password was entered on this page. */
  readonly signIns: number
  /** The last call that extended the session, in milliseconds since 1970. */
  readonly lastUsedAt: number
}

let adminSession: AdminSession = { isForbidden: false, isPasswordRequested: false, signIns: 0, lastUsedAt: Date.now() }
const listeners = new Set<() => void>()
let passwordPrompt: Promise<boolean> | undefined
let resolvePrompt: (isEntered: boolean) => void = () => {}

export function getAdminSession(): AdminSession {
  return adminSession
}

export function updateAdminSession(change: Partial<AdminSession>): void {
  adminSession = { ...adminSession, ...change }
  for (const listener of listeners) listener()
}

export function useAdminSession(): AdminSession {
  return useSyncExternalStore(subscribe, getAdminSession)
}

/** All waiting calls share one prompt. Resolves to whether the password was entered. */
export function requestPassword(): Promise<boolean> {
  if (passwordPrompt === undefined) {
    passwordPrompt = new Promise((resolve) => {
      resolvePrompt = resolve
    })
    updateAdminSession({ isPasswordRequested: true })
  }
  return passwordPrompt
}

export function resolvePasswordPrompt(isEntered: boolean): void {
  updateAdminSession({ isPasswordRequested: false, signIns: adminSession.signIns + Number(isEntered) })
  passwordPrompt = undefined
  resolvePrompt(isEntered)
}

export function resetAdminSession(): void {
  resolvePasswordPrompt(false)
  updateAdminSession({ isForbidden: false })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
