// A session or a remembered login as a sentence.

import { sayDevice, sayPlace } from './device-text.ts'
import type { Listed } from './lineages.ts'
import { say } from './say.ts'
import { sayAgo, sayDay } from './times.ts'

export function sayRemembered(login: Listed): string {
  return say('rememberedOn', { ...blanksOf(login), date: sayDay(login.startedAt) })
}

/** @param root the remembered login that started it, where there is one */
export function saySession(session: Listed, root: Listed | undefined): string {
  if (root !== undefined) return say('sessionFrom', { ...blanksOf(session), date: sayDay(root.startedAt), device: sayDevice(root.userAgent) })
  return say(session.startedBy === null ? 'sessionAlone' : 'sessionOrphan', { ...blanksOf(session), date: sayDay(session.startedAt) })
}

function blanksOf({ lastSeenAt, expiresAt, ip }: Listed): Record<string, string> {
  return { ago: sayAgo(lastSeenAt), until: sayDay(expiresAt), ip: sayPlace(ip) }
}
