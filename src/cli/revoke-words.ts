// What `latchkey session revoke` says: what there is to end, how far it is, what has ended, who has heard of it.

import type { Revocation, RevokeCounts } from '../engine/revoke.ts'
import type { Acknowledged } from '../engine/roll-call.ts'
import { grouped, perSecond, timeLeft } from './progress.ts'

export function wouldEnd(found: RevokeCounts, what: Revocation): string {
  return isNothing(found) ? 'There is nothing to end.' : `Would end ${those(found, what)}. Nothing was ended.`
}

export function isEnding(found: RevokeCounts, what: Revocation): string {
  return isNothing(found) ? 'There is nothing to end.' : `Ending ${those(found, what)}.`
}

export function haveEnded(ended: RevokeCounts): string {
  return `${credentials(ended)} ended.`
}

export function countingLine(soFar: RevokeCounts): string {
  return `${credentials(soFar)} counted`
}

export function endingLine(found: RevokeCounts, soFar: RevokeCounts, elapsed: number): string {
  const [all, done] = [total(found), total(soFar)]
  const parts = [`${grouped(done)} of ${grouped(all)} ended`, perSecond(done, elapsed)]
  // More may have come since it was counted.
  if (done > 0) parts.push(timeLeft(Math.min(1, done / all), elapsed))
  return parts.join(', ')
}

/** @param soFar undefined when not even the first write was confirmed: it may have landed all the same */
export function stoppedLine(soFar: RevokeCounts | undefined): string {
  const reached = soFar === undefined ? 'Nothing is known to have ended by then' : `${credentials(soFar)} had ended by then`
  return `${reached}. The same again goes on.`
}

const OTHERS = 'Who cannot hear the log accepts nothing from memory after one second.'

/** @param acknowledged null when nobody could be asked */
export function acknowledgementLine(acknowledged: Acknowledged | null): string {
  if (acknowledged === null) return `It could not be asked who has heard of it. ${OTHERS}`
  const { processes, verifiers, behind, milliseconds } = acknowledged
  if (milliseconds === null) return `Nobody has answered: no server is running on this database, or none can hear the log. ${OTHERS}`
  const reached = behind === 0 ? counted(verifiers, 'verifier') : `${grouped(verifiers)} of ${counted(verifiers + behind, 'verifier')}`
  const heard = `Heard by ${counted(processes, 'process', 'processes')} and ${reached}; the last after ${grouped(Math.round(milliseconds))} ms.`
  return behind === 0 ? heard : `${heard} ${OTHERS}`
}

function those(found: RevokeCounts, what: Revocation): string {
  const whose = `${credentials(found)} of ${counted(found.users, 'user')}`
  return 'before' in what ? `${whose}, in lineages that began before ${new Date(what.before).toISOString()}` : whose
}

function credentials({ sessions, rememberMe }: RevokeCounts): string {
  return `${counted(sessions, 'session')} and ${counted(rememberMe, 'remembered login')}`
}

function total({ sessions, rememberMe }: RevokeCounts): number {
  return sessions + rememberMe
}

function isNothing(found: RevokeCounts): boolean {
  return total(found) === 0
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}
